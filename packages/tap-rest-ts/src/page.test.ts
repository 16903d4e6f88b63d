import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { ByteWriter, type JsonValue, parseJson } from "singer-sdk-ts";
import type { HttpFailure } from "./http-error.ts";
import { parseJsonPath } from "./json/path.ts";
import { pageReader, type RecordPage, readParsedPage } from "./page.ts";
import type { HttpResponse } from "./request.ts";

const path = parseJsonPath("$.r.data[*]", "records_path");
const readSliced = pageReader(path);

function response(text: string): HttpResponse {
  const url = new URL("http://localhost/items");
  return { status: 200, headers: {}, body: Buffer.from(text), url, receivedAt: new Date(0) };
}

function records(page: RecordPage | HttpFailure): JsonValue[] | string {
  if ("error" in page) return page.error.code;
  return Array.from({ length: page.recordCount }, (_, index) => {
    const target = new ByteWriter();
    page.copy(index, target);
    expect(target.written().includes(0x0a)).toBe(false);
    return parseJson(target.written().toString("utf8"));
  });
}

const number = fc.constantFrom("0", "-1", "24.50", "1e5", "-0", "12345678901234567890", "0.1000");
const member = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
  number,
);
const object = fc.dictionary(fc.string(), member, { maxKeys: 4 }).map(
  (members) =>
    `{${Object.entries(members)
      .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
      .join(",")}}`,
);
const body = fc
  .tuple(
    fc.array(object, { maxLength: 5 }),
    object,
    fc.constantFrom("", " ", "\n", "\r\n\t"),
    fc.constantFrom("data", "d\\u0061ta", "other"),
  )
  .map(
    ([items, other, space, name]) =>
      `{"x":${other},${space}"r":{"${name}":[${space}${items.join(`${space},${space}`)}],"n":1}}${space}`,
  );

test("the byte reader and the generic reader give the same records, numbers to the digit", () => {
  fc.assert(
    fc.property(body, (text) => {
      expect(records(readSliced(response(text)))).toEqual(
        records(readParsedPage(response(text), path)),
      );
    }),
    { numRuns: 500 },
  );
});

test("both readers refuse the same broken bodies", () => {
  fc.assert(
    fc.property(body, fc.nat(), (text, position) => {
      const cut = text.slice(0, position % text.length);
      expect(records(readSliced(response(cut)))).toEqual(
        records(readParsedPage(response(cut), path)),
      );
    }),
    { numRuns: 500 },
  );
});

test("the envelope is the body without its records", () => {
  const page = readSliced(response('{"r":{"data":[{"a":1},{"a":2}],"total":2.50},"next":"x"}'));

  expect("error" in page ? page : page.envelope()).toEqual(
    parseJson('{"r":{"data":[],"total":2.50},"next":"x"}'),
  );
});
