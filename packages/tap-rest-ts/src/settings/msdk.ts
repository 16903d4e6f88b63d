/** Settings of tap-rest-api-msdk that are understood, so that an old configuration goes on working; see msdk.ts. */
export const msdkProperties = {
  pagination_request_style: {
    type: "string",
    description:
      "As in tap-rest-api-msdk: offset_paginator, page_number_paginator and the others become pagination.style.",
  },
  pagination_response_style: {
    type: "string",
    ignored: "the style of the request says how responses are read",
    description: "A setting of tap-rest-api-msdk without effect here.",
  },
  use_request_body_not_params: {
    type: "boolean",
    description: "As in tap-rest-api-msdk: params and those of paging go in a JSON body.",
  },
  backoff_type: {
    type: "string",
    ignored: "Retry-After is always read",
    description: "A setting of tap-rest-api-msdk without effect here.",
  },
  backoff_param: {
    type: "string",
    ignored: "Retry-After is always read",
    description: "A setting of tap-rest-api-msdk without effect here.",
  },
  backoff_time_extension: {
    type: "integer",
    ignored: "waits are at least as long as Retry-After asks",
    description: "A setting of tap-rest-api-msdk without effect here.",
  },
  aws_credentials: {
    type: "object",
    properties: {
      aws_access_key_id: { type: "string", description: "aws_access_key_id here." },
      aws_secret_access_key: {
        type: "string",
        secret: true,
        description: "aws_secret_access_key here.",
      },
      aws_session_token: { type: "string", secret: true, description: "aws_session_token here." },
      aws_default_region: { type: "string", description: "aws_region here." },
      aws_service: { type: "string", description: "aws_service here." },
      aws_profile: { type: "string", description: "Without effect: profiles are not read." },
      use_signed_credentials: {
        type: "boolean",
        description: "Without effect: auth_method aws always signs.",
      },
    },
    description: "As in tap-rest-api-msdk; aws_access_key_id and its neighbours here.",
  },
  redirect_uri: {
    type: "string",
    ignored: "no grant that this tap has needs it",
    description: "A setting of tap-rest-api-msdk without effect here.",
  },
  pagination_page_size: {
    type: "integer",
    minimum: 1,
    description: "As in tap-rest-api-msdk; pagination.page_size here.",
  },
  pagination_limit_per_page_param: {
    type: "string",
    description: "As in tap-rest-api-msdk; pagination.limit_param here.",
  },
  pagination_next_page_param: {
    type: "string",
    description:
      "As in tap-rest-api-msdk; pagination.offset_param, page_param or cursor_param here.",
  },
  pagination_total_limit_param: {
    type: "string",
    description: "As in tap-rest-api-msdk; pagination.total_path here.",
  },
  pagination_results_limit: {
    type: "integer",
    minimum: 1,
    description: "As in tap-rest-api-msdk; pagination.max_records here.",
  },
  pagination_initial_offset: {
    type: "integer",
    minimum: 0,
    description:
      "As in tap-rest-api-msdk, where 1 skipped the first record; pagination.start_offset here, 0 by default.",
  },
  next_page_token_path: {
    type: "string",
    description: "As in tap-rest-api-msdk; pagination.cursor_path or next_url_path here.",
  },
} as const;
