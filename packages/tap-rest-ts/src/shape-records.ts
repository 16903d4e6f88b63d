import { type JsonValue, stringifyJson, UserError } from "singer-sdk-ts";
import type { JsonPath } from "./json/path.ts";
import { isJsonObject, type RecordPage, recordsPage } from "./page.ts";

/** The member that holds a record as the API wrote it; the name is tap-rest-api-msdk's. */
export const rawMember = "_sdc_raw_json";

/** How the API's records become the stream's. */
export interface RecordShape {
  /** Each value at `path` becomes a record of its own, with the `include`d values of the record around it. */
  readonly expand:
    | {
        readonly path: JsonPath;
        readonly include: ReadonlyMap<string, JsonPath>;
        readonly keepsEmpty: boolean;
      }
    | undefined;
  /** Members that are added, by their place in the record. */
  readonly fields: ReadonlyMap<string, JsonPath>;
  readonly dropped: readonly string[];
  readonly hasRaw: boolean;
}

type Members = Readonly<Record<string, JsonValue>>;

/** The page with its records in another shape; the same page when nothing is asked for, so that its bytes are written as they are. */
export function shapePage(page: RecordPage, shape: RecordShape): RecordPage {
  const { expand, fields, dropped, hasRaw } = shape;
  if (expand === undefined && fields.size === 0 && dropped.length === 0 && !hasRaw) return page;
  const records: JsonValue[] = [];
  for (let index = 0; index < page.recordCount; index++) {
    const record = page.value(index);
    const raw = hasRaw ? Buffer.from(page.bytes(index)).toString("utf8") : "";
    if (expand === undefined) records.push(withFields(record, raw, shape));
    else for (const inner of expanded(record, expand)) records.push(withFields(inner, raw, shape));
  }
  return recordsPage(page.response, records, null);
}

function* expanded(
  record: JsonValue,
  { path, include, keepsEmpty }: NonNullable<RecordShape["expand"]>,
): Generator<Members> {
  const around: Record<string, JsonValue> = {};
  for (const [name, place] of include) around[name] = place.first(record) ?? null;
  const selected = path.values(record);
  const [only] = selected;
  // `$.lines` means what `$.lines[*]` means.
  const values =
    selected.length === 1 && Array.isArray(only) ? (only as readonly JsonValue[]) : selected;
  const present = values.filter((value) => value !== null);
  if (present.length === 0 && keepsEmpty) yield around;
  for (const value of present) {
    if (Array.isArray(value))
      throw new UserError("E_RECORDS_PATH", `a value at expand.path ${path.text} is a list`, {
        hint: "point expand.path at the values of the inner list",
      });
    yield { ...(isJsonObject(value) ? value : { value }), ...around };
  }
}

function withFields(record: JsonValue, raw: string, shape: RecordShape): Members {
  const { fields, dropped, hasRaw, expand } = shape;
  // Every record of a page is an object: page.ts refuses others.
  const members: Record<string, JsonValue> = { ...(record as Members) };
  for (const [name, path] of fields) members[name] = path.first(record) ?? null;
  for (const name of dropped) delete members[name];
  if (hasRaw) members[rawMember] = expand === undefined ? raw : stringifyJson(record);
  return members;
}
