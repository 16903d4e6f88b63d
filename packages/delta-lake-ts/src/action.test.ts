import { expect, test } from "@jest/globals";
import { type Action, decodeActions, encodeActions } from "./action.ts";

test("a 64-bit version keeps every digit", () => {
  const line = '{"txn":{"appId":"a","version":9223372036854775807,"lastUpdated":5}}\n';

  const actions = decodeActions(line, 0);

  expect(actions).toEqual([
    { type: "txn", txn: { appId: "a", version: 9_223_372_036_854_775_807n, lastUpdated: 5 } },
  ]);
  expect(encodeActions(actions)).toBe(line);
});

test("the statistics of another writer are kept to the byte", () => {
  const stats = '{ "numRecords" : 1, "minValues":{"d":0E-16}}';
  const add: Action = {
    type: "add",
    add: {
      path: "a%20b",
      partitionValues: { p: null },
      size: 1,
      modificationTime: 2,
      dataChange: true,
      stats,
    },
  };

  expect(decodeActions(encodeActions([add]), 0)).toEqual([add]);
});

test("unknown actions and fields, blank lines and nulls are passed over", () => {
  const text =
    '\n{"future":{"x":1}}\n{"txn":{"appId":"a","version":1,"lastUpdated":null,"new":2}}\n\n';

  expect(decodeActions(text, 0)).toEqual([{ type: "txn", txn: { appId: "a", version: 1 } }]);
});

test.each([
  ['{"add":{"path":"a"', "torn"],
  ['{"add":{"path":"a"}}', "incomplete"],
  ["[]", "no object"],
])("a broken line is E_CORRUPT_LOG that names the version: %s (%s)", (line) => {
  expect(() => decodeActions(line, 7)).toThrow(
    expect.objectContaining({
      code: "E_CORRUPT_LOG",
      message: expect.stringContaining("version 7"),
    }),
  );
});

test("files can be passed over without being parsed, but a torn line is still found", () => {
  const file = '{"add":{"path":"a","no":"more"}}';
  const txn = '{"txn":{"appId":"a","version":1}}';

  expect(decodeActions(`${file}\n${txn}\n`, 0, { skipsFiles: true })).toEqual([
    { type: "txn", txn: { appId: "a", version: 1 } },
  ]);
  expect(() => decodeActions('{"add":{"path":"a"', 0, { skipsFiles: true })).toThrow("version 0");
});
