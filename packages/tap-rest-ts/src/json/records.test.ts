import { expect, test } from "@jest/globals";
import { blankLineBreaks, memberBytes, sliceRecords } from "./records.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : new TextDecoder().decode(bytes);

function records(text: string, ...path: string[]): string[] | string {
  const body = encode(text);
  const result = sliceRecords(body, path.map(encode));
  if (result.type !== "slices") return result.type;
  return result.starts.map(
    (start, index) => decode(body.subarray(start, result.ends[index])) ?? "",
  );
}

test("a bare array gives its elements as they are written", () => {
  expect(records(' [ {"a":1.50} , {"a":2} ] ')).toEqual(['{"a":1.50}', '{"a":2}']);
});

test("a path of names leads to the array, whatever comes before and after it", () => {
  expect(records('{"x":{"data":[9]},"r":{"data":[{"a":1}],"n":2},"total":1}', "r", "data")).toEqual(
    ['{"a":1}'],
  );
});

test("an object at the path is one record", () => {
  expect(records('{"data":{"a":1}}', "data")).toEqual(['{"a":1}']);
});

test("an empty array gives no records", () => {
  expect(records('{"data":[]}', "data")).toEqual([]);
});

test.each([
  ['{"items":[]}', "absent"],
  ["[1]", "absent"],
  ['{"data":[{"a":1}', "malformed"],
  ['{"data":[{"a":1}]} x', "malformed"],
  ['{"data":[{"a":1}],"total":01}', "malformed"],
  ['{"data":[1],"data":[2]}', "ambiguous"],
  ['{"d\\u0061ta":[1]}', "ambiguous"],
])("%s is %s", (text, type) => {
  expect(records(text, "data")).toBe(type);
});

test("a member is found by its name at the record's own level", () => {
  const record = encode('{"a":{"id":1},"id" : "x,y" ,"b":[1]}');

  expect(decode(memberBytes(record, 0, record.length, encode("id")))).toBe('"x,y"');
  expect(memberBytes(record, 0, record.length, encode("c"))).toBeUndefined();
});

test("line breaks between tokens become blanks", () => {
  const body = encode('[\r\n{"a":\n1}\n]\n');

  blankLineBreaks(body, 0, 13);

  expect(decode(body)).toBe('[  {"a": 1} ]\n');
});
