import type { ConfigOf, Settings } from "singer-sdk-ts";
import { batchSettings } from "singer-sdk-ts/batch";
import { mappingSettings } from "singer-sdk-ts/mapping-settings";
import { sourceCountSettings } from "singer-sdk-ts/source-counts";
import { authProperties } from "./settings/auth.ts";
import { msdkProperties } from "./settings/msdk.ts";
import { sharedStreamProperties, streamProperties } from "./settings/stream.ts";

/** All settings of tap-rest-ts; types, checks, --about and the README's table come from this value. */
export const settings = {
  type: "object",
  required: ["api_url", "streams"],
  properties: {
    api_url: {
      type: "string",
      aliases: ["host"],
      env: ["API_HOST"],
      description:
        "Address that all paths are below; without a scheme it is https. API_HOST is read when it is not set.",
    },
    ...authProperties,
    streams: {
      type: "array",
      items: {
        type: "object",
        properties: streamProperties,
        required: ["name"],
        description: "One stream.",
      },
      description: "The streams, each a resource of the API.",
    },
    dynamic_streams: {
      type: "array",
      items: {
        type: "object",
        required: ["stream"],
        properties: {
          items: {
            type: "array",
            items: {
              type: ["string", "object"],
              description: "One item.",
            },
            description: "The items, in place of from: texts or objects.",
          },
          from: {
            type: "object",
            properties: { path: streamProperties.path, ...sharedStreamProperties },
            description: "The API's own list of items, read as a stream is.",
          },
          stream: {
            type: "object",
            required: ["name"],
            properties: streamProperties,
            description:
              "The settings of each stream; {item} and {item.NAME} in its texts are the item's, which name must contain.",
          },
        },
        description: "A list, and the stream that each of its items gives.",
      },
      description:
        "Streams that are made of a list: one for each item, found anew on each discovery and run.",
    },
    ...sharedStreamProperties,
    state_partitions_max: {
      type: "integer",
      minimum: 0,
      default: 1000,
      description:
        "Bookmarks kept per stream for its partitions or parents; the others are read from the start date again.",
    },
    concurrency: {
      type: "integer",
      minimum: 1,
      maximum: 100,
      default: 4,
      description:
        "Requests under way at once for the partitions or parents of a stream; the records keep their order.",
    },
    max_tries: {
      type: "integer",
      minimum: 1,
      default: 6,
      description: "Tries per request, the first included, before the run fails.",
    },
    backoff_seconds: {
      type: "number",
      minimum: 0,
      default: 1,
      description:
        "The wait before the second try is a random time below this; the limit doubles with each further try.",
    },
    retry_after_max_seconds: {
      type: "number",
      minimum: 0,
      default: 600,
      description: "An API that asks with Retry-After for a longer wait than this ends the run.",
    },
    connect_timeout_seconds: {
      type: "number",
      minimum: 0.001,
      default: 10,
      description: "A connection that takes longer counts as failed.",
    },
    request_timeout_seconds: {
      type: "number",
      minimum: 0.001,
      default: 300,
      description: "A request whose whole answer takes longer counts as failed.",
    },
    run_timeout_seconds: {
      type: "number",
      minimum: 0.001,
      description:
        "A run that takes longer ends with an error; what was read is sent, and bookmarks move no further than that. No limit by default.",
    },
    user_agent: {
      type: "string",
      default: "tap-rest-ts",
      description: "User-Agent header of every request.",
    },
    ca_file: {
      type: "string",
      description:
        "PEM file of the authorities to trust besides none other; for an API with a private certificate.",
    },
    cert_file: {
      type: "string",
      description: "PEM file of the client certificate, for an API that asks for one.",
    },
    key_file: { type: "string", description: "PEM file of the client certificate's key." },
    proxy_url: {
      type: "string",
      secret: true,
      description: "Proxy for all requests, instead of HTTP_PROXY and HTTPS_PROXY.",
    },
    cassette: {
      type: "object",
      required: ["mode", "folder"],
      properties: {
        mode: {
          type: "string",
          enum: ["record", "replay"],
          description:
            "record keeps every answer of the API in the folder; replay reads them from there and asks the API nothing.",
        },
        folder: {
          type: "string",
          description: "Folder of the recorded answers; no credentials are written to it.",
        },
      },
      description: "Records the API's answers, or runs offline on recorded ones.",
    },
    cache: {
      type: "object",
      required: ["folder"],
      properties: {
        folder: {
          type: "string",
          description:
            "Folder in which answers are kept, readable by you alone; an API with ETag or Last-Modified then sends only pages that changed.",
        },
        seconds: {
          type: "number",
          minimum: 0,
          description:
            "An answer younger than this is used without asking the API again; 0 by default.",
        },
      },
      description:
        "Keeps the API's answers from request to request and run to run; without effect beside cassette.",
    },
    ...batchSettings,
    ...sourceCountSettings,
    ...mappingSettings,
    ...msdkProperties,
  },
} as const satisfies Settings;

/** The settings of a run, checked and with defaults. */
export type Config = ConfigOf<typeof settings>;
