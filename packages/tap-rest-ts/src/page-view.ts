import { type JsonValue, stringifyJson } from "singer-sdk-ts";
import type { RecordPage } from "./page.ts";

const encoder = new TextEncoder();
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** The page with only the records that `isKept` accepts, by their index. */
export function keepRecords(page: RecordPage, isKept: (index: number) => boolean): RecordPage {
  const kept: number[] = [];
  for (let index = 0; index < page.recordCount; index++) if (isKept(index)) kept.push(index);
  if (kept.length === page.recordCount) return page;
  const original = (index: number): number => kept[index] ?? -1;
  return {
    recordCount: kept.length,
    response: page.response,
    envelope: () => page.envelope(),
    bytes: (index) => page.bytes(original(index)),
    isSame: (index, other) => page.isSame(original(index), other),
    copy: (index, target) => page.copy(original(index), target),
    value: (index) => page.value(original(index)),
    member: (index, name) => page.member(original(index), name),
  };
}

/** The page whose records have further members in front; a record that has such a member itself keeps its own. */
export function addMembers(
  page: RecordPage,
  members: Readonly<Record<string, JsonValue>>,
): RecordPage {
  const added = Object.entries(members).map(([name, value]) => {
    const text = JSON.stringify(name);
    const json = stringifyJson(value);
    return { name: encoder.encode(text.slice(1, -1)), value: json, json: `${text}:${json}` };
  });
  if (added.length === 0) return page;
  const bytes = (index: number): Uint8Array => {
    const missing = added.filter(({ name }) => page.member(index, name) === undefined);
    return insertMembers(page.bytes(index), missing.map(({ json }) => json).join(","));
  };
  return {
    recordCount: page.recordCount,
    response: page.response,
    envelope: () => page.envelope(),
    bytes,
    isSame: (index, other) => Buffer.compare(bytes(index), other) === 0,
    copy: (index, target) => target.bytes(bytes(index)),
    value: (index) => ({ ...members, ...objectOf(page.value(index)) }),
    member: (index, name) =>
      page.member(index, name) ??
      added.find((member) => Buffer.compare(member.name, name) === 0)?.value,
  };
}

function insertMembers(record: Uint8Array, members: string): Uint8Array {
  if (members === "" || record[0] !== OPEN_OBJECT) return record;
  const rest = record.subarray(1);
  const isEmpty = rest.find((byte) => byte > 0x20) === CLOSE_OBJECT;
  return Buffer.concat([encoder.encode(`{${members}${isEmpty ? "" : ","}`), rest]);
}

function objectOf(value: JsonValue): Readonly<Record<string, JsonValue>> {
  // Every record of a page is an object: page.ts refuses others.
  return value as Readonly<Record<string, JsonValue>>;
}
