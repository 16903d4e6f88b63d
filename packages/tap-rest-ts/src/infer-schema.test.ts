import { expect, test } from "@jest/globals";
import { type JsonValue, parseJson } from "singer-sdk-ts";
import { inferSchema } from "./infer-schema.ts";

function properties(...texts: string[]): unknown {
  return inferSchema(
    texts.map((text): JsonValue => parseJson(text)),
    ["id"],
  )["properties"];
}

test.each([
  [
    "integers",
    ['{"a":1}', '{"a":null}', '{"a":12345678901234567890}'],
    { a: { type: ["integer", "null"] } },
  ],
  ["numbers", ['{"a":1}', '{"a":2.50}'], { a: { type: ["number", "null"] } }],
  ["texts", ['{"a":"x"}', '{"a":"2024-01-01T00:00:00Z"}'], { a: { type: ["string", "null"] } }],
  [
    "date-times",
    ['{"a":"2024-01-01T00:00:00Z"}', '{"a":"2024-01-01T00:00:00.123"}'],
    { a: { type: ["string", "null"], format: "date-time" } },
  ],
  ["only nulls", ['{"a":null}'], { a: { type: ["string", "null"] } }],
  ["keys", ['{"id":1}'], { id: { type: "integer" } }],
  [
    "mixed types",
    ['{"a":1}', '{"a":"x"}', '{"a":true}'],
    { a: { type: ["integer", "string", "boolean", "null"] } },
  ],
  [
    "objects",
    ['{"a":{"b":1}}', '{"a":{"c":true}}'],
    {
      a: {
        type: ["object", "null"],
        properties: { b: { type: ["integer", "null"] }, c: { type: ["boolean", "null"] } },
      },
    },
  ],
  [
    "lists",
    ['{"a":[1,2.5]}', '{"a":[]}'],
    { a: { type: ["array", "null"], items: { type: ["number", "null"] } } },
  ],
])("R46: %s", (_name, texts, expected) => {
  expect(properties(...texts)).toEqual(expected);
});
