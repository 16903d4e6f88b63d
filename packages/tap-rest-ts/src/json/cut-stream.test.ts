import { expect, test } from "@jest/globals";
import { CutError, cutLines, cutStream } from "./cut-stream.ts";

async function* inPieces(text: string | Buffer, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function cut(
  text: string | Buffer,
  names: readonly string[],
  size: number,
): Promise<string[]> {
  const path = names.map((name) => Buffer.from(name));
  const found: string[] = [];
  for await (const { body, starts, ends } of cutStream(inPieces(text, size), path))
    starts.forEach((start, index) => found.push(body.toString("utf8", start, ends[index])));
  return found;
}

test.each([
  ["[]", [], []],
  ["  [ ]  ", [], []],
  ["null", [], []],
  ["12345", [], ["12345"]],
  ['\ufeff[1, -2.50 ,"é😀"]', [], ["1", "-2.50", '"é😀"']],
  [
    '{"a":{"x":[1],"data":[{"n":"]"},{"n":1e5}]},"total":2}',
    ["a", "data"],
    ['{"n":"]"}', '{"n":1e5}'],
  ],
  ['{"data":{"id":1}}', ["data"], ['{"id":1}']],
  ['{"data":null,"n":1}', ["data"], []],
])("in pieces of any size %s is cut into its records", async (text, names, records) => {
  for (const size of [1, 2, 3, 7, 1000]) expect(await cut(text, names, size)).toEqual(records);
});

test.each([
  ["[1,2", [], "early end"],
  ['{"data":[1]', ["data"], "early end"],
  ["", [], "early end"],
  ["[1,]", [], "malformed"],
  ["[1 2]", [], "malformed"],
  ['{"data":[1]} x', ["data"], "malformed"],
  ['{"other":[1]}', ["data"], "absent"],
  [Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), [], "not UTF-8"],
])("%s at %j is refused: %s", async (text, names, why) => {
  for (const size of [1, 1000]) {
    const fault: unknown = await cut(text, names, size).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(CutError);
    expect(fault).toMatchObject({ why });
  }
});

test("lines are cut in pieces of any size, with or without a last line break", async () => {
  for (const text of ['{"a":1}\n\n{"a":22}\r\n3', '{"a":1}\n{"a":22}\n3\n']) {
    for (const size of [1, 3, 1000]) {
      const found: string[] = [];
      for await (const { body, starts, ends } of cutLines(inPieces(text, size)))
        starts.forEach((start, index) => found.push(body.toString("utf8", start, ends[index])));
      expect(found).toEqual(['{"a":1}', '{"a":22}', "3"]);
    }
  }
});
