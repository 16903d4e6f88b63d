import { authProperties } from "./auth.ts";
import { paginationProperties } from "./pagination.ts";

const incrementalProperties = {
  start_param: {
    type: "string",
    description:
      "Query parameter that asks the API for records from the bookmark on; without it, use {start} in params, path or body.",
  },
  end_param: {
    type: "string",
    description:
      "Query parameter that asks the API for records before the end of the window; needs step or end_date.",
  },
  format: {
    type: "string",
    description:
      "How {start} and {end} are written: as_is (default), iso, date, epoch_seconds, epoch_milliseconds, or a pattern with %Y %m %d %H %M %S %f %z.",
  },
  lookback: {
    type: "string",
    description:
      "ISO 8601 duration by which each run starts before the bookmark, for records that show up late: PT1H.",
  },
  step: {
    type: "string",
    description:
      "ISO 8601 duration of a window, P1M for example: time is read window by window, and the bookmark moves after each one.",
  },
  end_date: {
    type: "string",
    description:
      "Where reading ends; the start of the run by default, when windows or end_param are used.",
  },
  is_sorted: {
    type: "boolean",
    description:
      "Says that the API returns records in the order of the replication key: the bookmark then moves after every page.",
  },
  filter: {
    type: "string",
    enum: ["server", "client"],
    description:
      "client drops records before the bookmark itself, for an API that can't filter; server (default) trusts the API.",
  },
  skip_repeated: {
    type: "boolean",
    description:
      "Drops unchanged records at the bookmark that the run before sent, by digests of them in the state; of more than 1,000 all are sent again.",
  },
} as const;

const parentProperties = {
  stream: {
    type: "string",
    description: "Name of the stream whose every record gives one request of this stream.",
  },
  fields: {
    type: "object",
    additionalProperties: { type: "string" },
    description:
      "Names and JSONPaths in the parent's record: {order_id: $.id} is {parent.order_id} in templates.",
  },
  include: {
    type: "array",
    items: { type: "string" },
    description: "Which of the fields each record gets as members of its own.",
  },
  is_incremental: {
    type: "boolean",
    description:
      "Reads only the children of parents that changed since the last run; otherwise all parents are read for their children.",
  },
} as const;

const expandProperties = {
  path: {
    type: "string",
    description:
      "JSONPath of a list inside each record: $.lines; a value that is no object becomes {value: …}.",
  },
  include: {
    type: "object",
    additionalProperties: { type: "string" },
    description:
      "Names and JSONPaths in the outer record of what each inner one gets: {order_id: $.id}.",
  },
  when_empty: {
    type: "string",
    enum: ["skip", "keep"],
    description:
      "skip (default) drops a record whose list is empty or absent; keep sends what include has of it.",
  },
} as const;

const propertyChunkProperties = {
  param: {
    type: "string",
    description: "Query parameter of the list; fields by default.",
  },
  size: { type: "integer", minimum: 1, description: "The most names in one list; 100 by default." },
  length_max: {
    type: "integer",
    minimum: 1,
    description: "The most characters of one list; no limit by default.",
  },
  separator: { type: "string", description: "What parts the names; a comma by default." },
  properties: {
    type: "array",
    items: { type: "string" },
    description: "The names to ask for; the selected properties of the schema by default.",
  },
} as const;

/** Settings that stand in a stream, or at the top as the default of all streams. */
export const sharedStreamProperties = {
  method: {
    type: "string",
    enum: ["GET", "POST"],
    description: "HTTP method of the requests; GET by default.",
  },
  params: {
    type: "object",
    additionalProperties: true,
    description:
      "Query parameters of every request; a list repeats the parameter. A stream's are added to those at the top.",
  },
  headers: {
    type: "object",
    additionalProperties: true,
    description: "Headers of every request. A stream's are added to those at the top.",
  },
  body: {
    type: ["object", "string"],
    description:
      "Body of every request, which are POST then: members for body_format json and form, {query, variables} for graphql, or a text that is sent as it stands.",
  },
  body_format: {
    type: "string",
    enum: ["json", "form", "text", "graphql"],
    description:
      "How body is written: json by default. graphql fills templates in variables alone, and takes an answer with errors as failed.",
  },
  response_rules: {
    type: "array",
    items: {
      type: "object",
      required: ["action"],
      properties: {
        status: {
          type: "integer",
          description: "Status of the answers that the rule is for; any when it is not set.",
        },
        contains: {
          type: "string",
          description: "Text in the body of the answers that the rule is for.",
        },
        action: {
          type: "string",
          enum: ["ignore", "retry", "fail"],
          description:
            "ignore takes the answer as a page without records, retry asks again, fail ends the run.",
        },
      },
    },
    description:
      "What to do with answers that the tap would read otherwise; the first rule that fits is applied.",
  },
  records_path: {
    type: "string",
    description: "JSONPath of the records in a response: $.data[*], for example; $[*] by default.",
  },
  records_format: {
    type: "string",
    enum: ["json", "jsonl", "csv", "xml"],
    description:
      "What responses are written in; json by default. Values of csv and xml are texts; a gzip file is unpacked.",
  },
  csv_delimiter: {
    type: "string",
    description: "What parts the values of records_format csv; a comma by default.",
  },
  primary_keys: {
    type: "array",
    items: { type: "string" },
    description: "Members that together identify a record; without them the target appends.",
  },
  replication_key: {
    type: "string",
    description: "Member whose largest value is kept as the bookmark of the next run.",
  },
  start_date: {
    type: "string",
    description:
      "Where the first run of an incremental stream starts: a date-time, or a value of its replication key.",
  },
  pagination: {
    type: "object",
    properties: paginationProperties,
    description: "How the API cuts a result into pages.",
  },
  source_search_field: {
    type: "string",
    description:
      "As in tap-rest-api-msdk: a query parameter that is sent once there is a bookmark or start_date.",
  },
  source_search_query: {
    type: "string",
    description:
      "As in tap-rest-api-msdk: the value of source_search_field; $last_run_date in it is the bookmark.",
  },
  on_invalid_property: {
    type: "string",
    enum: ["keep", "raise", "null", "force"],
    description:
      "What happens to a value of another type than the schema's: it is sent (default), ends the run, becomes null, or is turned into the type without loss or else ends the run.",
  },
  drop_unknown_properties: {
    type: "boolean",
    description:
      "Leaves out members of a record that its schema does not have; they are sent otherwise.",
  },
  schema_update: {
    type: "string",
    enum: ["none", "append"],
    description:
      "append adds members that the first records have and the schema's file has not, and makes the file when it is absent; nothing in it is changed or taken out.",
  },
  store_raw_json_message: {
    type: "boolean",
    description:
      "Adds the member _sdc_raw_json to each record: the text of the record as the API wrote it.",
  },
  num_inference_records: {
    type: "integer",
    minimum: 1,
    description: "How many records a schema is inferred from when none is declared; 50 by default.",
  },
  except_keys: {
    type: "array",
    items: { type: "string" },
    description:
      "As in tap-rest-api-msdk, which flattens other members; without effect here, where nothing is flattened.",
  },
  integrity: {
    type: "string",
    enum: ["fail", "restart", "warn"],
    description:
      "What happens when records moved while they were read or the API's total differs: fail (default), read the stream again, or only warn and move the bookmark past what may be missing.",
  },
} as const;

/** One stream. */
export const streamProperties = {
  name: { type: "string", description: "Name of the stream, which becomes the name of its table." },
  path: {
    type: "string",
    description: "Path below api_url, or a whole URL; the stream's name by default.",
  },
  schema: {
    type: ["string", "object"],
    description:
      "JSON Schema of the records: the object itself, or the path or address of a file in JSON or YAML, with the place in it behind a #, as in openapi.yaml#/components/schemas/Order. Without it the schema is inferred from the first records, on each run without a catalog.",
  },
  ...sharedStreamProperties,
  expand: {
    type: "object",
    required: ["path"],
    properties: expandProperties,
    description: "Sends the values of a list inside each record instead of the record.",
  },
  fields: {
    type: "object",
    additionalProperties: { type: "string" },
    description:
      "Members to add to each record by their JSONPath in it, after expand: {city: $.address.city}; they may be keys.",
  },
  drop_fields: {
    type: "array",
    items: { type: "string" },
    description: "Members to take out of each record, after fields.",
  },
  property_chunks: {
    type: "object",
    properties: propertyChunkProperties,
    description:
      "Asks for the properties of the schema by name, in several requests per page when the list is too long for one, and puts the records together by primary_keys.",
  },
  auth: {
    type: "object",
    properties: authProperties,
    description: "Authentication of this stream alone, in place of the one at the top.",
  },
  incremental: {
    type: "object",
    properties: incrementalProperties,
    description: "How the replication key's bookmark becomes a request.",
  },
  stream_body: {
    type: "boolean",
    description:
      "For an answer too large for memory, in one page of json or jsonl: it is kept in a temporary file and read from there in flat memory.",
  },
  resumable: {
    type: "boolean",
    description:
      "Keeps the next page of a full reading in the state, so that a run after a broken one goes on there; for an API whose pages stay in place.",
  },
  parent: {
    type: "object",
    properties: parentProperties,
    required: ["stream", "fields"],
    description: "The stream that this one's requests depend on.",
  },
  partitions: {
    type: "array",
    items: { type: "object", additionalProperties: true },
    description:
      "Sets of values, each read by requests of its own: {region: eu} is {partition.region} in templates.",
  },
} as const;
