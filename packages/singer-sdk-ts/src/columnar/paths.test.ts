import { Readable } from "node:stream";
import { expect, test } from "@jest/globals";
import { type Data, DataType, type Struct } from "apache-arrow";
import * as fc from "fast-check";
import { UserError } from "../error.ts";
import { type JsonValue, parseJson, stringifyJson } from "../json.ts";
import { type Column, type ColumnType, columnSchema } from "../schema.ts";
import { arrowType } from "./arrow-field.ts";
import { type ByteSource, sourceOf } from "./byte-source.ts";
import type { Refusal } from "./column/column-builder.ts";
import type { ObjectBuilder } from "./column/object.ts";
import { ColumnarReader } from "./columnar-reader.ts";
import { createObjectBuilder } from "./create-builder.ts";

const runs = { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 40) };

test("the fast path reads every record as the generic path does, or leaves it", () => {
  fc.assert(
    fc.property(columnsWithRecords(), ({ columns, records }) => {
      const fast = builderOf(columns);
      const generic = builderOf(columns);
      const outcomes = records.map((text) => {
        const source = sourceOf(text);
        const expected = isJson(text) ? appendRow(generic, source) : notJson;
        if (scanRow(fast, source)) return { found: undefined, expected };
        return { found: isJson(text) ? appendRow(fast, source) : notJson, expected };
      });

      expect(outcomes.map(({ found }) => found)).toEqual(outcomes.map(({ expected }) => expected));
      expect(dumpOf(fast)).toEqual(dumpOf(generic));
    }),
    runs,
  );
});

test("plain records are read by the fast path, whatever their order", () => {
  fc.assert(
    fc.property(columnsWithRecords({ isPlain: true }), ({ columns, records }) => {
      const fast = builderOf(columns);

      expect(records.filter((text) => !scanRow(fast, sourceOf(text)))).toEqual([]);
    }),
    runs,
  );
});

test("lines are read the same with their members in any order and by either path", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(recordLine(), { minLength: 1, maxLength: 30 }),
      chunkSize(),
      async (lines, size) => {
        const schema =
          '{"type":"SCHEMA","stream":"s\\u00e9","schema":{"properties":{"a":{"type":"integer"},"b":{"type":"string"}}},"key_properties":[]}';
        // A member with an escaped name is not for the fast path.
        const generic = lines.map((line) => line.replace("{", '{"\\u0078":0,'));

        expect(await readLines([schema, ...lines], size)).toEqual(
          await readLines([schema, ...generic], 65_536),
        );
      },
    ),
    runs,
  );
});

test("lines of any columns, with any bytes struck out, put in or not UTF-8, are read the same by either path", async () => {
  await fc.assert(
    fc.asyncProperty(
      columnsWithRecords(),
      fc.array(recordLine(fc.constant("@")), { minLength: 1, maxLength: 4 }),
      fc.array(lineChange(), { minLength: 1, maxLength: 9 }),
      chunkSize(),
      async ({ columns, records }, envelopes, changes, size) => {
        const lines = records.map((text, index) =>
          changed(
            (envelopes[index % envelopes.length] ?? "@").replace("@", () => text),
            changes[index % changes.length],
          ),
        );
        const generic = lines.map((line) =>
          Buffer.concat([line.subarray(0, 1), Buffer.from('"\\u0078":0,'), line.subarray(1)]),
        );
        const schema = schemaLine(columns);

        expect(await readLines([schema, ...lines], size)).toEqual(
          await readLines([schema, ...generic], 65_536),
        );
      },
    ),
    runs,
  );
});

// Builders and what they hold.

const notJson: Refusal = { path: "", reason: "not JSON" };

function builderOf(columns: readonly Column[]): ObjectBuilder {
  const type = arrowType({ type: "object", columns });
  if (!DataType.isStruct(type)) throw new Error("objects are structs");
  return createObjectBuilder(columns, { nullable: false, type: type satisfies Struct });
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether the fast path took the whole text as a row; takes back what it left otherwise. */
function scanRow(builder: ObjectBuilder, source: ByteSource): boolean {
  const row = builder.length;
  const end = builder.scan(source, 0);
  if (end >= 0 && source.bytes[end] === 10 && end === source.bytes.length - 9) return true;
  builder.truncate(row);
  return false;
}

function appendRow(builder: ObjectBuilder, source: ByteSource): Refusal | undefined {
  const row = builder.length;
  const refusal = builder.append(source, 0, source.bytes.length - 9);
  if (refusal !== undefined) builder.truncate(row);
  return refusal;
}

function dumpOf(builder: ObjectBuilder): unknown {
  return builder.finishMembers().map(({ data, statistics }) => ({
    statistics,
    rows: Array.from({ length: data.length }, (_, row) => dump(data, row)),
  }));
}

function dump(data: Data, row: number): unknown {
  if (!data.getValid(row)) return null;
  const type: DataType = data.type;
  if (DataType.isStruct(type)) return data.children.map((child) => dump(child, row));
  const [from, to] = [data.valueOffsets?.[row], data.valueOffsets?.[row + 1]].map(Number);
  if (from === undefined || to === undefined) throw new Error("two offsets");
  if (DataType.isList(type) || DataType.isMap(type)) {
    const [child] = data.children;
    return Array.from({ length: to - from }, (_, i) =>
      child === undefined ? undefined : dump(child, from + i),
    );
  }
  if (DataType.isUtf8(type) || DataType.isBinary(type))
    return Array.from(data.values.subarray(from, to));
  if (DataType.isBool(type)) return ((data.values[row >> 3] ?? 0) >> (row & 7)) & 1;
  return Array.from(data.values.subarray(row * data.stride, (row + 1) * data.stride));
}

// Columns and texts of records, plain and hostile.

function columnsWithRecords(options: { isPlain?: boolean } = {}) {
  const names = options.isPlain === true ? plainName() : memberName();
  const type = columnType(2, names);
  const column = fc.record({ name: names, type, nullable: fc.boolean() });
  return fc.uniqueArray(column, { maxLength: 6, selector: ({ name }) => name }).chain((columns) => {
    const texts = options.isPlain === true ? plainObject(columns) : hostileObject(columns);
    return fc.record({
      columns: fc.constant(columns),
      // A run of equal shapes, so that the compiled order is reached.
      records: fc.array(texts, { maxLength: 12 }).chain((records) =>
        fc
          .nat(7)
          .map((draw) => draw === 0)
          .map((isLong) =>
            isLong
              ? [
                  ...records.slice(0, 1).flatMap((text) => Array<string>(520).fill(text)),
                  ...records,
                ]
              : records,
          ),
      ),
    });
  });
}

function memberName() {
  return fc.oneof(
    fc.constantFrom("a", "id", "na me", "größe", "日本", 'x"y', "", "__proto__"),
    fc.string({ maxLength: 6 }),
  );
}

/** Names that are written without escapes. */
const plainName = () => fc.constantFrom("a", "id", "na me", "größe", "日本", "", "__proto__");

function columnType(depth: number, names: fc.Arbitrary<string>): fc.Arbitrary<ColumnType> {
  const leaf = fc.oneof(
    fc.constantFrom<ColumnType>(
      { type: "boolean" },
      { type: "string" },
      { type: "time" },
      { type: "date" },
      { type: "timestamp" },
      { type: "json" },
    ),
    fc.constantFrom(8, 16, 32, 64).map((bits): ColumnType => ({ type: "integer", bits })),
    fc.constantFrom(32, 64).map((bits): ColumnType => ({ type: "float", bits })),
    fc.constantFrom("base64", "hex").map((encoding): ColumnType => ({ type: "binary", encoding })),
    fc
      .integer({ min: 1, max: 38 })
      .chain((precision) =>
        fc
          .integer({ min: 0, max: precision })
          .map((scale): ColumnType => ({ type: "decimal", precision, scale })),
      ),
  );
  if (depth === 0) return leaf;
  const inner = columnType(depth - 1, names);
  const column = fc.record({ name: names, type: inner, nullable: fc.boolean() });
  return fc.oneof(
    { weight: 4, arbitrary: leaf },
    { weight: 1, arbitrary: inner.map((items): ColumnType => ({ type: "array", items })) },
    { weight: 1, arbitrary: inner.map((values): ColumnType => ({ type: "map", values })) },
    {
      weight: 1,
      arbitrary: fc
        .uniqueArray(column, { maxLength: 3, selector: ({ name }) => name })
        .map((columns): ColumnType => ({ type: "object", columns })),
    },
  );
}

const spaces = () => fc.constantFrom("", "", "", " ", "  ", "\t", " \r ");

function jsonText(text: string): fc.Arbitrary<string> {
  return fc.constantFrom(
    JSON.stringify(text),
    JSON.stringify(text).replace(
      /[^\x20-\x7e]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
    JSON.stringify(text).replaceAll("a", "\\u0061").replaceAll("/", "\\/"),
  );
}

/** Whole lines have a byte that is not UTF-8 in its place. */
const notUtf8 = "\ue000";

const anyString = () =>
  fc.oneof(
    fc.string({ maxLength: 30, unit: "binary" }),
    fc.string({ maxLength: 12, unit: "grapheme" }),
    fc.constantFrom("\ud800", "\udc00a", "é\ud800\udc00", "\u0000", "a/b", '"', "\\", notUtf8),
  );

const numbers = () =>
  fc.oneof(
    fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
    fc.integer({ min: -300, max: 300 }).map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc
      .tuple(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), fc.stringMatching(/^[0-9]{1,20}$/))
      .map(([whole, fraction]) => `${whole}.${fraction}`),
    fc
      .tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -40, max: 40 }))
      .map(([digits, exponent]) => `${digits}e${exponent}`),
    fc.constantFrom(
      "0",
      "-0",
      "-0.0",
      "1.0",
      "01",
      "1.",
      ".5",
      "-",
      "+1",
      "1e5",
      "1E+400",
      "127",
      "128",
      "-128",
      "-129",
      "9223372036854775807",
      "9223372036854775808",
      "-9223372036854775808",
      "-9223372036854775809",
      "999999999999999",
      "1000000000000000",
      "9007199254740993",
      "0.10",
      "2.50000000000000000000",
      "1e400",
      "1.7976931348623157e308",
      "5e-324",
      "1e-400",
      "-0e0",
      "0e99999999999",
      "1e99999999999",
      "1e-99999999999",
      `1${"0".repeat(400)}`,
      `0.${"0".repeat(400)}1`,
      `${"9".repeat(38)}.${"9".repeat(38)}`,
      `1${"0".repeat(38)}e-38`,
    ),
  );

const times = () =>
  fc.oneof(
    fc
      .date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
      .chain((date) =>
        fc
          .record({
            separator: fc.constantFrom("T", " ", "t", "x"),
            fraction: fc.constantFrom("", ".1", ".123456", ".999999999", ".1234567890", "."),
            offset: fc.constantFrom(
              "",
              "Z",
              "z",
              "+00:00",
              "+0530",
              "-11",
              " +02:00",
              "+24:00",
              "+01:60",
              "UTC",
            ),
          })
          .map(
            ({ separator, fraction, offset }) =>
              `${date.toISOString().slice(0, 10)}${separator}${date.toISOString().slice(11, 19)}${fraction}${offset}`,
          ),
      ),
    fc.constantFrom(
      "2024-02-29",
      "2023-02-29",
      "1900-02-29",
      "2000-02-29",
      "2024-04-31",
      "2024-13-01",
      "2024-00-10",
      "2024-01-00",
      "0000-01-01",
      "0001-01-01T00:00:00+00:01",
      "9999-12-31T23:59:59-00:01",
      "2024-01-01T24:00:00",
      "2024-01-01T23:60:00",
      "2024-01-01T23:59:60",
      "2024-01-01T00:00:00Z",
      "2024-01-01T00:00:00.0000001",
      "2024-1-1",
      "12:30:00",
      "9999-12-31T23:59:59.999999999",
    ),
    fc
      .date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10)),
  );

const encoded = () =>
  fc.oneof(
    fc
      .uint8Array({ maxLength: 20 })
      .chain((bytes) =>
        fc.constantFrom(
          Buffer.from(bytes).toString("base64"),
          Buffer.from(bytes).toString("hex"),
          `0x${Buffer.from(bytes).toString("hex")}`,
        ),
      ),
    fc.constantFrom("AB=", "A===", "====", "=", "A=B=", "AB==", "0x", "0xf", "a b="),
  );

/** Texts of values that fit a type and of values that nearly do. */
function hostileValue(type: ColumnType): fc.Arbitrary<string> {
  const others = fc.oneof(
    fc.constantFrom(
      "null",
      "true",
      "false",
      "nul",
      "truE",
      "[]",
      "{}",
      "[null]",
      '{"a":1}',
      "NaN",
      '"\x01"',
      '"\\x"',
      '"\\u12G4"',
      '"',
      "",
    ),
    numbers(),
    anyString().chain(jsonText),
    fc.json({ maxDepth: 2 }),
  );
  return fc.oneof(
    { weight: 4, arbitrary: fittingValue(type, hostileValue, hostileObject) },
    { weight: 1, arbitrary: others },
  );
}

function fittingValue(
  type: ColumnType,
  value: (type: ColumnType) => fc.Arbitrary<string>,
  object: (columns: readonly Column[]) => fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  switch (type.type) {
    case "boolean":
      return fc.constantFrom("true", "false");
    case "integer":
    case "float":
      return fc.oneof(numbers(), fc.constantFrom('"NaN"', '"Infinity"', '"1"'));
    case "decimal":
      return fc.oneof(
        numbers(),
        numbers().map((text) => `"${text}"`),
      );
    case "string":
    case "time":
      return anyString().chain(jsonText);
    case "date":
    case "timestamp":
      return times().chain(jsonText);
    case "binary":
      return encoded().chain(jsonText);
    case "json":
      return fc.json({ maxDepth: 2 });
    case "object":
      return object(type.columns);
    case "array":
      return fc
        .tuple(spaces(), fc.array(value(type.items), { maxLength: 3 }))
        .map(([space, items]) => `[${space}${items.join(`${space},${space}`)}${space}]`);
    case "map":
    default:
      return fc
        .tuple(
          spaces(),
          fc.array(fc.tuple(memberName().chain(jsonText), value(type.values)), { maxLength: 3 }),
        )
        .map(
          ([space, members]) =>
            `{${space}${members.map(([name, text]) => `${name}${space}:${space}${text}`).join(`,${space}`)}${space}}`,
        );
  }
}

/** Objects with members missing, repeated, unknown, out of order, oddly spelled, and bytes struck out. */
function hostileObject(columns: readonly Column[]): fc.Arbitrary<string> {
  const known = columns.map(({ name, type }) =>
    fc.tuple(jsonText(name), hostileValue(type)).map(([key, value]) => [key, value] as const),
  );
  const unknown = fc.tuple(memberName().chain(jsonText), fc.json({ maxDepth: 1 }));
  const members = fc.oneof(
    { weight: 2, arbitrary: fc.tuple(...known) },
    {
      weight: 2,
      arbitrary: fc.array(fc.oneof(...known, unknown), { maxLength: columns.length + 2 }),
    },
  );
  const object = fc
    .tuple(members, spaces(), spaces())
    .map(
      ([pairs, before, after]) =>
        `{${before}${pairs.map(([key, value]) => `${key}${after}:${before}${value}`).join(`${after},${before}`)}${after}}`,
    );
  return fc
    .tuple(object, fc.nat(), fc.boolean(), fc.constantFrom("", ",", "}", "\\", '"', "0", "\x1f"))
    .map(([text, at, isMutated, mark]) => {
      const position = at % (text.length + 1);
      return isMutated && at % 3 === 0
        ? text.slice(0, position) + mark + text.slice(position + 1)
        : text;
    })
    .map((text) => text.replaceAll("\n", " "));
}

/** Objects that any tap may write: no surprise for the fast path. */
function plainObject(columns: readonly Column[]): fc.Arbitrary<string> {
  const members = columns.map(({ name, type, nullable }) =>
    plainValue(type).map((value) => ({ key: JSON.stringify(name), value, nullable })),
  );
  return fc
    .tuple(fc.tuple(...members), fc.constantFrom("", " "), fc.boolean())
    .map(
      ([pairs, space, isReversed]) =>
        `{${(isReversed ? pairs.toReversed() : pairs).map(({ key, value }) => `${key}:${space}${value}`).join(`,${space}`)}}`,
    );
}

function plainValue(type: ColumnType): fc.Arbitrary<string> {
  switch (type.type) {
    case "integer":
      return fc
        .bigInt({ min: -(2n ** BigInt(type.bits - 1)), max: 2n ** BigInt(type.bits - 1) - 1n })
        .map(String);
    case "float":
      return fc
        .double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 })
        .map((value) => JSON.stringify(value));
    case "decimal":
      return fc
        .bigInt({
          min: -(10n ** BigInt(type.precision)) + 1n,
          max: 10n ** BigInt(type.precision) - 1n,
        })
        .map((unscaled) => decimalText(unscaled, type.scale));
    case "date":
      return fc.constantFrom('"2024-02-29"', '"0001-01-01"');
    case "timestamp":
      return fc.constantFrom(
        '"2024-02-29T01:02:03.123456Z"',
        '"2024-02-29 01:02:03+02:00"',
        '"2024-02-29T01:02:03"',
      );
    case "binary":
      return fc.constantFrom('""', '"abcdef01"');
    case "array":
      return fc
        .array(plainValue(type.items), { maxLength: 3 })
        .map((items) => `[${items.join(", ")}]`);
    case "map":
      return plainValue(type.values).map((value) => `{"k": ${value}, "l":${value}}`);
    case "object":
      return plainObject(type.columns);
    case "json":
      return fc.constantFrom('{"x": [1, null]}', "1.50", '"é"');
    case "boolean":
    case "string":
    case "time":
    default:
      return fittingValue(type, plainValue, plainObject);
  }
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const point = digits.length - scale;
  const fraction = scale === 0 ? "" : `.${digits.slice(point)}`;
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, point)}${fraction}`;
}

// Whole lines.

const fewRecords = () =>
  fc.constantFrom('{"a": 1, "b": "x"}', '{"b":"y"}', '{ "a" : null }', '{"a":1.5}', "{}");

function recordLine(record: fc.Arbitrary<string> = fewRecords()): fc.Arbitrary<string> {
  const member = (name: string, values: fc.Arbitrary<string>) =>
    values.map((value) => `"${name}":${value}`);
  const required = fc.tuple(
    member("type", fc.constantFrom('"RECORD"', ' "record"', '"RECO\\u0052D"')),
    member("stream", fc.constantFrom('"sé"', '"s\\u00e9"')),
    member("record", record),
  );
  const optional = fc
    .subarray(["version", "time_extracted", "extra", "stream", "record"])
    .chain((names) =>
      fc.tuple(...names.map((name) => member(name, optionalValues[name] ?? fc.constant("{}")))),
    );
  return fc
    .tuple(required, optional)
    .chain(([first, second]) =>
      fc.tuple(
        fc.shuffledSubarray([...first, ...second], { minLength: first.length + second.length }),
        fc.constantFrom(",", ", "),
      ),
    )
    .map(([members, separator]) => `{${members.join(separator)}}`);
}

/** Members that a RECORD may have, and those that come once more in a few lines. */
const optionalValues: Readonly<Record<string, fc.Arbitrary<string>>> = {
  version: fc.constantFrom("1", "2", "null", "1.5", "1e3", "9007199254740993"),
  time_extracted: fc.constantFrom('"2026-01-01T00:00:00Z"', '"bad"', "null", "1"),
  // Around 512 the paths differ: each counts from the value that it skips.
  extra: fc.constantFrom("[1]", "{}", deep(400), deep(600)),
  stream: fc.constant('"sé"'),
  record: fc.constantFrom("{}", '{"a":7}'),
};

function deep(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

/** What becomes of a line's bytes: few lines are changed, since one that is no JSON ends the reading. */
function lineChange() {
  const bytes: readonly (readonly number[])[] = [
    [],
    [0],
    [0x0d],
    [0x1f],
    [0x22],
    [0x2c],
    [0x5c],
    [0x7d],
    [0x7f],
    [0xff],
    [0xc0, 0x80],
    [0xe2, 0x82],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
  ];
  const change = fc.record({
    at: fc.nat(),
    removed: fc.constantFrom(0, 1),
    added: fc.constantFrom(...bytes),
  });
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant({ at: 0, removed: 0, added: [] as readonly number[] }) },
    { weight: 1, arbitrary: change },
  );
}

type LineChange = { at: number; removed: number; added: readonly number[] };

function changed(text: string, { at, removed, added }: LineChange = noChange): Buffer {
  const mark = Buffer.from(notUtf8).toString("latin1");
  const line = Buffer.from(text).toString("latin1").replaceAll(mark, "\xff");
  const position = at % (line.length + 1);
  return Buffer.concat([
    Buffer.from(line.slice(0, position), "latin1"),
    Buffer.from(added),
    Buffer.from(line.slice(position + removed), "latin1"),
  ]);
}

const noChange: LineChange = { at: 0, removed: 0, added: [] };

function schemaLine(columns: readonly Column[]): Buffer {
  const properties = columns.map(({ name, type, nullable }): [string, JsonValue] => [
    name,
    columnSchema(type, { nullable }),
  ]);
  const required = columns.filter(({ nullable }) => !nullable).map(({ name }) => name);
  const schema = { type: "object", properties: Object.fromEntries(properties), required };
  return Buffer.from(stringifyJson({ type: "SCHEMA", stream: "sé", schema, key_properties: [] }));
}

const newline = Buffer.from("\n");

const chunkSize = () => fc.constantFrom(7, 100, 65_536);

/** Everything that the reader tells, up to the error that ends it. */
async function readLines(lines: readonly (string | Buffer)[], size: number): Promise<unknown[]> {
  const bytes = Buffer.concat(lines.map((line) => Buffer.concat([Buffer.from(line), newline])));
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  const reader = new ColumnarReader(Readable.from(chunks), {
    batchRows: 7,
    batchBytes: 1e6,
    maxRecordBytes: 1e6,
    rejects: "event",
    timeExtracted: true,
  });
  const events: unknown[] = [];
  const next = async () =>
    await reader.next().catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      events.push({ code: error.code, message: error.message });
      return undefined;
    });
  for (let event = await next(); event !== undefined; event = await next()) {
    if (event.type === "rows") {
      const { recordBatch, release, ...batch } = event.batch;
      const columns = recordBatch.data.children.map((child) =>
        Array.from({ length: child.length }, (_, row) => dump(child, row)),
      );
      events.push({ ...batch, columns });
      // The next batch is built in the same memory: what is left in it must not show.
      release?.();
    } else events.push(event.type === "reject" ? { ...event, line: "" } : event);
  }
  return events;
}
