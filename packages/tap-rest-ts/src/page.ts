import { isUtf8 } from "node:buffer";
import {
  type ByteWriter,
  type JsonValue,
  parseJson,
  stringifyJson,
  UserError,
} from "singer-sdk-ts";
import type { HttpFailure } from "./http-error.ts";
import { shownUrl } from "./http-error.ts";
import type { JsonPath } from "./json/path.ts";
import { blankLineBreaks, memberBytes, type RecordSlices, sliceRecords } from "./json/records.ts";
import { malformedPosition } from "./json/scan.ts";
import type { HttpResponse } from "./request.ts";

/** The records of one response and what was around them. */
export interface RecordPage {
  readonly recordCount: number;
  readonly response: HttpResponse;
  /** The body with its records' array emptied. */
  envelope(): JsonValue;
  /** One record as JSON without line breaks, as bytes that stay valid. */
  bytes(index: number): Uint8Array;
  /** Whether one record is written as `bytes` of another one. */
  isSame(index: number, bytes: Uint8Array): boolean;
  /** Appends one record to `target`, as `bytes` would give it. */
  copy(index: number, target: ByteWriter): void;
  /** One record, parsed. */
  value(index: number): JsonValue;
  /** The JSON of one member of a record, undefined when it has none; `name` as JSON writes it, in UTF-8. */
  member(index: number, name: Uint8Array): string | undefined;
}

const encoder = new TextEncoder();
const emptyArray = encoder.encode("[]");
const nullBytes = encoder.encode("null");
const OPEN_OBJECT = 0x7b;
const NULL_LETTER = 0x6e;

/** Makes the page reader of a records path: on bytes when the path is only names, on parsed values otherwise. */
export function pageReader(path: JsonPath): (response: HttpResponse) => RecordPage | HttpFailure {
  const names = path.names?.map((name) => encoder.encode(JSON.stringify(name).slice(1, -1)));
  if (names === undefined) return (response) => readParsedPage(response, path);
  return (response) => {
    const body = withoutByteOrderMark(response.body);
    if (body.length === 0) return emptyPage(response);
    if (!isUtf8(body)) return notJson(response, "it is not UTF-8", false);
    const slices = sliceRecords(body, names);
    if (slices.type === "ambiguous") return readParsedPage(response, path);
    if (slices.type === "malformed") return malformedPage(response, slices.code);
    if (slices.type === "absent") return absentRecords(response, path);
    const isOneValue = slices.starts[0] === slices.start && body[slices.start] !== NULL_LETTER;
    // `[*]` of an object means its members, which the generic reader selects.
    if (isOneValue && /\*\]?$/u.test(path.text)) return readParsedPage(response, path);
    return slicedPage(response, body, slices);
  };
}

/** Reads a page by parsing it whole: for paths that select by more than names. Numbers keep their digits. */
export function readParsedPage(response: HttpResponse, path: JsonPath): RecordPage | HttpFailure {
  const body = withoutByteOrderMark(response.body);
  if (body.length === 0) return emptyPage(response);
  if (!isUtf8(body)) return notJson(response, "it is not UTF-8", false);
  let root: JsonValue;
  try {
    root = parseJson(body.toString("utf8"));
  } catch {
    const slices = sliceRecords(body, []);
    return slices.type === "malformed"
      ? malformedPage(response, slices.code)
      : notJson(response, "it is malformed", false);
  }
  const selected = path.values(root);
  const [only] = selected;
  const records =
    selected.length === 1 && Array.isArray(only) ? (only as readonly JsonValue[]) : selected;
  if (selected.length === 0 && path.names !== undefined && !hasArrayAt(root, path.names))
    return absentRecords(response, path);
  return valuePage(response, root, records[0] === null && records.length === 1 ? [] : records);
}

/** The page of records that lie in `body`. */
export function slicedPage(
  response: HttpResponse,
  body: Buffer,
  slices: RecordSlices,
): RecordPage | HttpFailure {
  const { starts, ends, start, end } = slices;
  const isNull =
    starts.length === 1 && starts[0] === start && body.subarray(start, end).equals(nullBytes);
  const recordCount = isNull ? 0 : starts.length;
  blankLineBreaks(body, start, end);
  for (let index = 0; index < recordCount; index++) {
    if (body[starts[index] ?? 0] !== OPEN_OBJECT) return notObject(response, index);
  }
  const bytes = (index: number): Buffer => body.subarray(starts[index], ends[index]);
  let envelope: JsonValue | undefined;
  return {
    recordCount,
    response,
    envelope() {
      const around = [body.subarray(0, start), emptyArray, body.subarray(end)];
      envelope ??= parseJson(Buffer.concat(around).toString("utf8"));
      return envelope;
    },
    bytes,
    isSame(index, other) {
      const from = starts[index] ?? 0;
      const to = ends[index] ?? 0;
      return to - from === other.length && body.compare(other, 0, other.length, from, to) === 0;
    },
    // No view per record: a fifth less garbage for the whole run.
    copy(index, target) {
      const from = starts[index] ?? 0;
      const to = ends[index] ?? 0;
      target.ensure(to - from);
      target.position += body.copy(target.buffer, target.position, from, to);
    },
    value: (index) => parseJson(bytes(index).toString("utf8")),
    member(index, name) {
      const found = memberBytes(body, starts[index] ?? 0, ends[index] ?? 0, name);
      return found === undefined
        ? undefined
        : Buffer.from(found.buffer, found.byteOffset, found.length).toString("utf8");
    },
  };
}

function valuePage(
  response: HttpResponse,
  root: JsonValue,
  records: readonly JsonValue[],
): RecordPage | HttpFailure {
  const wrong = records.findIndex((record) => !isJsonObject(record));
  if (wrong >= 0) return notObject(response, wrong);
  const value = (index: number): JsonValue => records[index] ?? null;
  return {
    recordCount: records.length,
    response,
    envelope: () => root,
    bytes: (index) => encoder.encode(stringifyJson(value(index))),
    isSame: (index, other) =>
      Buffer.compare(encoder.encode(stringifyJson(value(index))), other) === 0,
    copy: (index, target) => target.bytes(encoder.encode(stringifyJson(value(index)))),
    value,
    member(index, name) {
      const record = value(index);
      const member = isJsonObject(record) ? record[Buffer.from(name).toString("utf8")] : undefined;
      return member === undefined ? undefined : stringifyJson(member);
    },
  };
}

/** A page of records that did not come as JSON, or that were changed after they were read. */
export function recordsPage(
  response: HttpResponse,
  records: readonly JsonValue[],
  envelope: JsonValue,
): RecordPage {
  const page = valuePage(response, envelope, records);
  if ("error" in page) throw page.error;
  return page;
}

function emptyPage(response: HttpResponse): RecordPage | HttpFailure {
  return response.status === 204
    ? valuePage(response, {}, [])
    : notJson(response, "it is empty", true);
}

export function isJsonObject(
  value: JsonValue | undefined,
): value is { readonly [key: string]: JsonValue } {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function hasArrayAt(root: JsonValue, names: readonly string[]): boolean {
  let value: JsonValue | undefined = root;
  for (const name of names) value = isJsonObject(value) ? value[name] : undefined;
  return Array.isArray(value);
}

function withoutByteOrderMark(body: Buffer): Buffer {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
}

function malformedPage(response: HttpResponse, code: number): HttpFailure {
  const position = malformedPosition(code);
  const why =
    position === undefined
      ? `it ends early, after ${response.body.length} bytes`
      : `it is malformed at byte ${position}`;
  return notJson(response, why, position === undefined);
}

function notJson(response: HttpResponse, why: string, isPassing: boolean): HttpFailure {
  const type = response.headers["content-type"] ?? "no content type";
  const message = `the answer of ${shownUrl(response.url)} is not JSON (${type}): ${why}`;
  const hint = "check api_url and the stream's path: an HTML page is often a login or a proxy";
  return { error: new UserError("E_RESPONSE_JSON", message, { hint }), isPassing };
}

function notObject(response: HttpResponse, index: number): HttpFailure {
  const message = `record ${index} of ${shownUrl(response.url)} is not an object`;
  const hint = "point records_path at an array of objects";
  return { error: new UserError("E_RECORDS_PATH", message, { hint }), isPassing: false };
}

function absentRecords(response: HttpResponse, path: JsonPath): HttpFailure {
  const root = parseJson(withoutByteOrderMark(response.body).toString("utf8"));
  const arrays = arrayPaths(root);
  const message = `the answer of ${shownUrl(response.url)} has nothing at records_path ${path.text}`;
  const hint =
    arrays.length > 0
      ? `set records_path to ${arrays.map((array) => `${array}[*]`).join(" or ")}`
      : "the body holds no array; is this the right path?";
  return { error: new UserError("E_RECORDS_PATH", message, { hint }), isPassing: false };
}

/** Paths of the arrays in the first two levels of a body: the likely places of records. */
function arrayPaths(root: JsonValue): string[] {
  if (Array.isArray(root)) return ["$"];
  if (!isJsonObject(root)) return [];
  return Object.entries(root).flatMap(([name, value]) => {
    if (Array.isArray(value)) return [`$.${name}`];
    if (!isJsonObject(value)) return [];
    return Object.entries(value).flatMap(([inner, member]) =>
      Array.isArray(member) ? [`$.${name}.${inner}`] : [],
    );
  });
}
