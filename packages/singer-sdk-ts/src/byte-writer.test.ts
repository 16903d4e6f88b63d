import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { ByteWriter } from "./byte-writer.ts";

function jsonOf(text: string): string {
  const writer = new ByteWriter(16);
  writer.jsonString(text);
  return writer.written().toString("utf8");
}

test("a JSON string reads back as it was, lone surrogates as U+FFFD", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(JSON.parse(jsonOf(text))).toBe(text.toWellFormed());
    }),
  );
});

test.each([
  ["quote and backslash", 'a"b\\c', '"a\\"b\\\\c"'],
  ["control characters", "\u0000\b\t\n\f\r\u001f", '"\\u0000\\b\\t\\n\\f\\r\\u001f"'],
  ["a control character after text beyond ASCII", 'é\n"Я', '"é\\n\\"Я"'],
  ["an emoji", "🚲", '"🚲"'],
  ["a lone surrogate", "x\uD83Dy", '"x\uFFFDy"'],
  ["nothing", "", '""'],
])("%s", (_name, text, json) => {
  expect(jsonOf(text)).toBe(json);
});

test("the buffer grows and keeps what was written", () => {
  const writer = new ByteWriter(4);

  writer.ascii("0123456789");
  writer.ascii("x".repeat(100));
  writer.bytes(Buffer.from("é"));

  expect(writer.written().toString()).toBe(`0123456789${"x".repeat(100)}é`);
});
