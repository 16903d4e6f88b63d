import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { DecimalText, parseJson, prettyJson, stringifyJson } from "./json.ts";

describe("parseJson", () => {
  test.each([
    ["0", 0],
    ["-7", -7],
    ["1.5", 1.5],
    ["9007199254740993", 9007199254740993n],
    ["-9223372036854775808", -9223372036854775808n],
    ["1.0", new DecimalText("1.0")],
    ["-0", new DecimalText("-0")],
    ["1e5", new DecimalText("1e5")],
    ["0.10", new DecimalText("0.10")],
    ["12345678901234567890.0123456789", new DecimalText("12345678901234567890.0123456789")],
  ])("%s keeps its digits", (text, value) => {
    expect(parseJson(text)).toEqual(value);
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  test("a member named __proto__ is a member like any other", () => {
    expect(stringifyJson(parseJson('{"__proto__":1.10}'))).toBe('{"__proto__":1.10}');
  });
});

test("P29: any JSON text of numbers, strings and containers comes back as it was", () => {
  const number = fc
    .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.stringMatching(/^(\.\d{1,12})?$/))
    .map(([whole, fraction]) => `${whole}${fraction}`);
  const { text } = fc.letrec<{ text: string }>((tie) => ({
    text: fc.oneof(
      { depthSize: "small" },
      number,
      fc.constantFrom("null", "true", "false"),
      fc.string({ unit: "binary" }).map((value) => JSON.stringify(value)),
      fc.array(tie("text"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
      fc.dictionary(fc.stringMatching(/^[a-zé_]\w{0,5}$/), tie("text"), { maxKeys: 4 }).map(
        (members) =>
          `{${Object.entries(members)
            .map(([key, member]) => `${JSON.stringify(key)}:${member}`)
            .join(",")}}`,
      ),
    ),
  }));

  fc.assert(
    fc.property(text, (json) => {
      expect(stringifyJson(parseJson(json))).toBe(json);
    }),
  );
});

test("an absent member is left out", () => {
  expect(stringifyJson({ a: undefined, b: null })).toBe('{"b":null}');
});

test("JSON.stringify prints the digits of a DecimalText bare", () => {
  expect(JSON.stringify({ price: new DecimalText("1.10") })).toBe('{"price":1.10}');
});

test("for people, JSON has one member a line and the same digits", () => {
  const value = parseJson('{"a":[1.10,{"b":9007199254740993}],"c":{},"d":[]}');

  expect(prettyJson(value)).toBe(
    '{\n  "a": [\n    1.10,\n    {\n      "b": 9007199254740993\n    }\n  ],\n  "c": {},\n  "d": []\n}',
  );
});
