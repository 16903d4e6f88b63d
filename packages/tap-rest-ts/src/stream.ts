import { UserError } from "singer-sdk-ts";
import type { RecordContract } from "./conform-records.ts";
import { type Duration, parseDuration } from "./date-format.ts";
import type { RecordsFormat } from "./decode/index.ts";
import { type JsonPath, parseJsonPath } from "./json/path.ts";
import { msdkPagination, msdkSearch } from "./msdk.ts";
import type { PaginationSettings } from "./paginator/index.ts";
import type { PropertyChunks } from "./property-chunks.ts";
import type { ResponseRule } from "./response-rule.ts";
import { checkResumable } from "./resume.ts";
import type { Config } from "./settings.ts";
import type { RecordShape } from "./shape-records.ts";
import { parseApiUrl } from "./stream-request.ts";

/** What to do when the checks of a reading find that records may be missing. */
type IntegrityPolicy = "fail" | "restart" | "warn";

type StreamConfig = Config["streams"][number];

/** How the replication key's bookmark becomes a request. */
type Incremental = NonNullable<StreamConfig["incremental"]>;

/** What the body of a request is written in. */
export type BodyFormat = "json" | "form" | "text" | "graphql";

/** The stream that another one's requests depend on. */
interface ParentLink {
  readonly stream: string;
  readonly fields: ReadonlyMap<string, JsonPath>;
  readonly include: readonly string[];
  readonly isIncremental: boolean;
}

/** One stream with all defaults resolved. */
export interface RestStream {
  readonly name: string;
  /** `api_url`, below which the path is; templates in the path are not filled yet. */
  readonly base: URL;
  readonly path: string;
  /** The first value of a first run, when it has no bookmark. */
  readonly startDate: string | undefined;
  /** A query parameter that is sent once there is a start: tap-rest-api-msdk's `source_search_field`. */
  readonly search: { readonly param: string; readonly template: string } | undefined;
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>> | string | undefined;
  readonly auth: StreamConfig["auth"];
  readonly bodyFormat: BodyFormat;
  /** The parameters are members of a JSON body: tap-rest-api-msdk's `use_request_body_not_params`. */
  readonly hasParamsInBody: boolean;
  readonly responseRules: readonly ResponseRule[];
  readonly recordsPath: JsonPath;
  readonly recordsFormat: RecordsFormat;
  readonly csvDelimiter: string;
  readonly shape: RecordShape;
  readonly contract: RecordContract;
  /** New members are added to the schema's file. */
  readonly isSchemaUpdated: boolean;
  readonly propertyChunks: PropertyChunks | undefined;
  readonly primaryKeys: readonly string[];
  readonly replicationKey: string | undefined;
  readonly incremental: Incremental;
  readonly step: Duration | undefined;
  readonly lookback: Duration | undefined;
  readonly parent: ParentLink | undefined;
  readonly partitions: readonly Readonly<Record<string, unknown>>[];
  /** How many records a schema is inferred from. */
  readonly inferenceRecords: number;
  /** The schema itself, or the path of its file. */
  readonly schema: unknown;
  readonly pagination: PaginationSettings;
  readonly integrity: IntegrityPolicy;
  /** A full reading that broke off goes on at its next page. */
  readonly isResumable: boolean;
  /** The one answer is kept in a file and cut into records window by window. */
  readonly isBodyStreamed: boolean;
}

/** All streams of a configuration; throws E_SETTING for a name that occurs twice and for a parent that is not there. */
export function resolveStreams(config: Config): readonly RestStream[] {
  const base = parseApiUrl(config.api_url);
  const streams = config.streams.map((stream) => {
    const resolved = resolveStream(stream, config, base);
    checkOffsetMax(resolved);
    checkResumable(resolved);
    checkBodyStream(resolved);
    return resolved;
  });
  const names = new Set<string>();
  for (const { name, parent } of streams) {
    if (names.has(name))
      throw new UserError("E_SETTING", `stream ${name} is declared twice in \`streams\``);
    // A parent stands before its children, so that no circle of parents can be written.
    if (parent !== undefined && !names.has(parent.stream)) {
      throw new UserError(
        "E_SETTING",
        `stream ${name}: its parent ${parent.stream} is not declared before it in \`streams\``,
      );
    }
    names.add(name);
  }
  return streams;
}

/** A body that is never in memory as a whole has nothing to page by, and only a path of names leads into it. */
function checkBodyStream(stream: RestStream): void {
  const { name, isBodyStreamed, pagination, recordsFormat, recordsPath, bodyFormat } = stream;
  if (!isBodyStreamed) return;
  const obstacle =
    ((pagination.style ?? "none") !== "none" && `pagination.style ${pagination.style}`) ||
    (pagination.total_path !== undefined && "pagination.total_path") ||
    (stream.propertyChunks !== undefined && "property_chunks") ||
    (bodyFormat === "graphql" && "body_format graphql") ||
    (stream.isResumable && "resumable") ||
    (recordsFormat !== "json" && recordsFormat !== "jsonl" && `records_format ${recordsFormat}`) ||
    (recordsFormat === "json" &&
      recordsPath.names === undefined &&
      `records_path ${recordsPath.text}, which is more than names`);
  if (obstacle === false) return;
  throw new UserError("E_SETTING", `stream ${name}: stream_body does not go with ${obstacle}`, {
    hint: "take stream_body out",
    exitCode: 2,
  });
}

/** Reading past `offset_max` means to ask again from a value of the replication key on. */
function checkOffsetMax({ name, pagination, ...stream }: RestStream): void {
  if (pagination.offset_max === undefined) return;
  const { params, headers, body, path, search, incremental, replicationKey } = stream;
  const asksFrom =
    incremental.start_param !== undefined ||
    JSON.stringify([params, headers, body, path, search]).includes("{start}");
  if (replicationKey !== undefined && asksFrom) return;
  const what = replicationKey === undefined ? "replication_key" : "incremental.start_param";
  throw new UserError("E_SETTING", `stream ${name}: pagination.offset_max needs ${what}`, {
    hint: "past offset_max the API is asked for the records from the last one's replication key on",
  });
}

function resolveStream(stream: StreamConfig, config: Config, base: URL): RestStream {
  const { name, incremental = {} } = stream;
  const setting = (member: string): string => `streams.${name}.${member}`;
  const duration = (member: "step" | "lookback"): Duration | undefined => {
    const text = incremental[member];
    return text === undefined ? undefined : parseDuration(text, setting(`incremental.${member}`));
  };
  const primaryKeys = stream.primary_keys ?? config.primary_keys ?? [];
  const body = bodySetting(stream.body ?? config.body, setting("body"));
  const hasParamsInBody = config.use_request_body_not_params === true;
  return {
    name,
    base,
    path: stream.path ?? name,
    startDate: stream.start_date ?? config.start_date,
    search: msdkSearch({
      source_search_field: stream.source_search_field ?? config.source_search_field,
      source_search_query: stream.source_search_query ?? config.source_search_query,
    }),
    params: paramTexts({ ...config.params, ...stream.params }),
    method: stream.method ?? config.method ?? (body === undefined ? "GET" : "POST"),
    headers: headerTexts({ ...config.headers, ...stream.headers }),
    body,
    hasParamsInBody,
    auth: stream.auth,
    bodyFormat: stream.body_format ?? config.body_format ?? "json",
    responseRules: stream.response_rules ?? config.response_rules ?? [],
    recordsPath: parseJsonPath(
      stream.records_path ?? config.records_path ?? "$[*]",
      setting("records_path"),
    ),
    recordsFormat: stream.records_format ?? config.records_format ?? "json",
    csvDelimiter: stream.csv_delimiter ?? config.csv_delimiter ?? ",",
    shape: recordShape(stream, config, setting),
    contract: {
      onInvalid: stream.on_invalid_property ?? config.on_invalid_property ?? "keep",
      dropsUnknown: stream.drop_unknown_properties ?? config.drop_unknown_properties ?? false,
    },
    isSchemaUpdated: isSchemaUpdated(stream, config, setting("schema_update")),
    propertyChunks: propertyChunks(stream, setting("property_chunks"), primaryKeys),
    primaryKeys,
    replicationKey: stream.replication_key ?? config.replication_key,
    incremental,
    step: duration("step"),
    lookback: duration("lookback"),
    parent: resolveParent(stream, setting("parent.fields")),
    partitions: stream.partitions ?? [],
    inferenceRecords: stream.num_inference_records ?? config.num_inference_records ?? 50,
    schema: stream.schema,
    pagination: {
      ...(hasParamsInBody ? { param_in: "body" } : {}),
      ...msdkPagination(config),
      ...config.pagination,
      ...stream.pagination,
    },
    integrity: stream.integrity ?? config.integrity ?? "fail",
    isResumable: stream.resumable ?? false,
    isBodyStreamed: stream.stream_body ?? false,
  };
}

/** The settings let a body be an object or a text; a list is neither. */
function bodySetting(body: unknown, setting: string): RestStream["body"] {
  if (body === undefined || typeof body === "string") return body;
  // An object that came from JSON has texts as names.
  if (typeof body === "object" && body !== null && !Array.isArray(body))
    return body as Readonly<Record<string, unknown>>;
  throw new UserError("E_SETTING", `setting \`${setting}\` is neither an object nor a text`);
}

function isSchemaUpdated(stream: StreamConfig, config: Config, setting: string): boolean {
  if ((stream.schema_update ?? config.schema_update ?? "none") === "none") return false;
  const { schema } = stream;
  // Stands at the top for all streams too, of which some may have their schema elsewhere.
  if (typeof schema === "string" && !/^\s*\{|^https?:|#/iu.test(schema)) return true;
  if (stream.schema_update === undefined) return false;
  throw new UserError("E_SETTING", `setting \`${setting}\` needs the path of a schema file`, {
    hint: "set the stream's schema to a path, like schemas/orders.json",
  });
}

function recordShape(
  { expand, ...stream }: StreamConfig,
  config: Config,
  setting: (member: string) => string,
): RecordShape {
  const paths = (members: Readonly<Record<string, string>>, name: string): Map<string, JsonPath> =>
    new Map(
      Object.entries(members).map(([member, path]) => [
        member,
        parseJsonPath(path, setting(`${name}.${member}`)),
      ]),
    );
  return {
    expand:
      expand === undefined
        ? undefined
        : {
            path: parseJsonPath(expand.path, setting("expand.path")),
            include: paths(expand.include ?? {}, "expand.include"),
            keepsEmpty: expand.when_empty === "keep",
          },
    fields: paths(stream.fields ?? {}, "fields"),
    dropped: stream.drop_fields ?? [],
    hasRaw: stream.store_raw_json_message ?? config.store_raw_json_message ?? false,
  };
}

function propertyChunks(
  { property_chunks: chunks }: StreamConfig,
  setting: string,
  primaryKeys: readonly string[],
): PropertyChunks | undefined {
  if (chunks === undefined) return undefined;
  if (primaryKeys.length === 0) {
    throw new UserError("E_SETTING", `setting \`${setting}\` needs primary_keys`, {
      hint: "by them the answers to several lists of properties are put together",
    });
  }
  return {
    param: chunks.param ?? "fields",
    separator: chunks.separator ?? ",",
    countMax: chunks.size ?? 100,
    lengthMax: chunks.length_max ?? Number.POSITIVE_INFINITY,
    properties: chunks.properties,
  };
}

function resolveParent({ parent }: StreamConfig, setting: string): ParentLink | undefined {
  if (parent === undefined) return undefined;
  const fields = Object.entries(parent.fields).map(
    ([name, path]) => [name, parseJsonPath(path, `${setting}.${name}`)] as const,
  );
  return {
    stream: parent.stream,
    fields: new Map(fields),
    include: parent.include ?? [],
    isIncremental: parent.is_incremental ?? false,
  };
}

function paramTexts(params: Readonly<Record<string, unknown>>): Record<string, string[]> {
  const entries = Object.entries(params).map(([name, value]) => {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return [name, values.filter((item) => item !== null).map(scalarText)] as const;
  });
  return Object.fromEntries(entries);
}

function headerTexts(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(headers).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.toLowerCase(), scalarText(value)]),
  );
}

/** A value of a query or header as text; objects are written as JSON. */
function scalarText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
