import { UserError } from "./error.ts";
import { DecimalText, type JsonValue, parseJson } from "./json.ts";

/** A JSON Schema as a stream carries it. */
export type JsonSchema = { readonly [key: string]: JsonValue | undefined };

export interface SchemaMessage {
  readonly type: "SCHEMA";
  readonly stream: string;
  readonly schema: JsonSchema;
  readonly key_properties: readonly string[];
  readonly bookmark_properties?: readonly string[];
}

export interface RecordMessage {
  readonly type: "RECORD";
  readonly stream: string;
  readonly record: { readonly [key: string]: JsonValue | undefined };
  readonly version?: number;
  /** RFC 3339. */
  readonly time_extracted?: string;
}

export interface StateMessage {
  readonly type: "STATE";
  readonly value: JsonValue;
}

export interface ActivateVersionMessage {
  readonly type: "ACTIVATE_VERSION";
  readonly stream: string;
  readonly version: number;
}

/** Records in files beside the stream; one line, however many rows. */
export interface BatchMessage {
  readonly type: "BATCH";
  readonly stream: string;
  readonly encoding: { readonly format: string; readonly compression?: string };
  readonly manifest: readonly string[];
  /** Ours: of all rows, as RECORD messages carry it. */
  readonly version?: number;
  /** Ours: of the last row, RFC 3339. */
  readonly time_extracted?: string;
  /** Ours: the tap leaves the files to the target, which deletes them once their rows are durable. */
  readonly delete_after_load?: boolean;
}

/** Source: https://hub.meltano.com/singer/spec, and BATCH as the Meltano SDK defines it. */
export type Message =
  | SchemaMessage
  | RecordMessage
  | StateMessage
  | ActivateVersionMessage
  | BatchMessage;

/**
 * Reads one line. Types match without case; undefined means a type that the specification does not name.
 * Throws E_MESSAGE, which quotes no value, when the line is not a message.
 */
export function parseMessage(line: string): Message | undefined {
  const value = parseLine(line);
  const type = typeof value["type"] === "string" ? value["type"].toUpperCase() : undefined;
  if (type === undefined) throw malformed("it has no `type`");
  switch (type) {
    case "SCHEMA":
      return parseSchema(value);
    case "RECORD":
      return parseRecord(value);
    case "STATE":
      if (value["value"] === undefined) throw malformed("STATE has no `value`");
      return { type, value: value["value"] };
    case "ACTIVATE_VERSION":
      return { type, stream: textOf(value, type, "stream"), version: versionOf(value, type) };
    case "BATCH":
      return parseBatch(value);
    default:
      return undefined;
  }
}

type Members = { readonly [key: string]: JsonValue | undefined };

function parseLine(line: string): Members {
  let value: JsonValue;
  try {
    value = parseJson(line);
  } catch (cause) {
    throw malformed("it is not JSON", cause);
  }
  if (!isMembers(value)) throw malformed("it is not a JSON object");
  return value;
}

function parseSchema(value: Members): SchemaMessage {
  const stream = textOf(value, "SCHEMA", "stream");
  const schema = value["schema"];
  if (!isMembers(schema)) throw malformed(`SCHEMA of stream ${stream} has no \`schema\``);
  if (!isMembers(schema["properties"]))
    throw new UserError("E_SCHEMA", `SCHEMA of stream ${stream} has no \`properties\``, {
      hint: "a stream's schema must say what its records hold",
    });
  // One fixture of the Meltano SDK carries the keys inside the schema.
  const keys = textsOf(value["key_properties"] ?? schema["key_properties"] ?? []);
  if (keys === undefined)
    throw malformed(`SCHEMA of stream ${stream}: \`key_properties\` is not a list of names`);
  const bookmarks = value["bookmark_properties"] ?? undefined;
  const names =
    bookmarks === undefined
      ? undefined
      : textsOf(typeof bookmarks === "string" ? [bookmarks] : bookmarks);
  return {
    type: "SCHEMA",
    stream,
    schema,
    key_properties: keys,
    ...(names !== undefined && { bookmark_properties: names }),
  };
}

function parseRecord(value: Members): RecordMessage {
  const stream = textOf(value, "RECORD", "stream");
  const { record, version, time_extracted } = value;
  if (!isMembers(record)) throw malformed(`RECORD of stream ${stream} has no \`record\``);
  return {
    type: "RECORD",
    stream,
    record,
    ...(typeof version === "number" && { version }),
    ...(typeof time_extracted === "string" && { time_extracted }),
  };
}

function parseBatch(value: Members): BatchMessage {
  const stream = textOf(value, "BATCH", "stream");
  const { encoding } = value;
  const manifest = textsOf(value["manifest"] ?? null);
  if (!isMembers(encoding) || typeof encoding["format"] !== "string" || manifest === undefined) {
    throw malformed(`BATCH of stream ${stream} has no \`encoding\` and \`manifest\``);
  }
  const { format, compression } = encoding;
  const { version, time_extracted, delete_after_load } = value;
  return {
    type: "BATCH",
    stream,
    encoding: { format, ...(typeof compression === "string" && { compression }) },
    manifest,
    ...(typeof version === "number" && { version }),
    ...(typeof time_extracted === "string" && { time_extracted }),
    ...(typeof delete_after_load === "boolean" && { delete_after_load }),
  };
}

function textOf(value: Members, type: string, name: string): string {
  const text = value[name];
  if (typeof text !== "string") throw malformed(`${type} has no \`${name}\``);
  return text;
}

function versionOf(value: Members, type: string): number {
  const { version } = value;
  if (typeof version !== "number" || !Number.isSafeInteger(version)) {
    throw malformed(
      `${type} of stream ${textOf(value, type, "stream")} has no integer \`version\``,
    );
  }
  return version;
}

function textsOf(value: JsonValue): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items: readonly unknown[] = value;
  return items.every((item) => typeof item === "string") ? items : undefined;
}

function isMembers(value: JsonValue | undefined): value is Members {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof DecimalText)
  );
}

function malformed(why: string, cause?: unknown): UserError {
  return new UserError("E_MESSAGE", `a line of the input is no Singer message: ${why}`, {
    hint: "every line must be one JSON object with a `type`",
    cause,
  });
}
