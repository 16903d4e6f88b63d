import { type JsonValue, stringifyJson, UserError } from "singer-sdk-ts";
import { isJsonObject, type RecordPage, recordsPage } from "./page.ts";

/** How a long list of properties is cut for an API that takes few of them per request. */
export interface PropertyChunks {
  readonly param: string;
  readonly separator: string;
  readonly countMax: number;
  /** The most characters of one list. */
  readonly lengthMax: number;
  /** What is asked for; undefined for the properties of the stream's schema. */
  readonly properties: readonly string[] | undefined;
}

/**
 * The lists of properties to ask for, one after the other; each begins with `keys`, by which the answers are put together.
 * Throws E_SETTING when the keys leave no room for anything else.
 */
export function chunkLists(
  properties: readonly string[],
  keys: readonly string[],
  { separator, countMax, lengthMax }: PropertyChunks,
): readonly string[] {
  const lists: string[][] = [];
  let list: string[] = [...keys];
  const isTooLong = (names: readonly string[]): boolean =>
    names.length > countMax || names.join(separator).length > lengthMax;
  for (const name of properties.filter((property) => !keys.includes(property))) {
    if (isTooLong([...list, name]) && list.length > keys.length) {
      lists.push(list);
      list = [...keys];
    }
    list.push(name);
    if (isTooLong(list)) {
      throw new UserError(
        "E_SETTING",
        `property_chunks leave no room for ${name} besides the keys`,
        {
          hint: "raise size or length_max",
        },
      );
    }
  }
  return [...lists, list].map((names) => names.join(separator));
}

/**
 * One page of several answers to the same question, each with other properties of the same records. Records are put
 * together by their keys; throws E_PAGE_DRIFT when an answer has other records than the first.
 */
export function mergePages(
  pages: readonly RecordPage[],
  stream: string,
  keys: readonly string[],
): RecordPage {
  const [first, ...others] = pages;
  if (first === undefined) throw new Error("a page without any answer");
  if (others.length === 0) return first;
  const records = new Map<string, Record<string, JsonValue>>();
  for (const [id, record] of recordsByKey(first, keys)) records.set(id, record);
  for (const page of others) {
    let matches = 0;
    for (const [id, record] of recordsByKey(page, keys)) {
      const whole = records.get(id);
      if (whole === undefined) break;
      Object.assign(whole, record);
      matches++;
    }
    if (matches === records.size && page.recordCount === records.size) continue;
    throw new UserError(
      "E_PAGE_DRIFT",
      `stream ${stream}: the answers to two lists of properties hold other records`,
      { hint: "rows moved while they were read, or primary_keys do not tell records apart" },
    );
  }
  return recordsPage(first.response, [...records.values()], first.envelope());
}

function* recordsByKey(
  page: RecordPage,
  keys: readonly string[],
): Generator<[string, Record<string, JsonValue>]> {
  for (let index = 0; index < page.recordCount; index++) {
    const record = page.value(index);
    if (!isJsonObject(record)) continue;
    yield [stringifyJson(keys.map((key) => record[key] ?? null)), { ...record }];
  }
}
