import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { createWorkspace, record, schema, type Workspace } from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

async function fieldTypes(path: string): Promise<Readonly<Record<string, unknown>>> {
  const { schema: found } = await workspace.table(path);
  return Object.fromEntries(found.fields.map(({ name, type }) => [name, type]));
}

/** Every value of one column as text, which no number type of JavaScript has touched. */
async function texts(path: string, column: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const batch of (await workspace.table(path)).read({ columns: [column] })) {
    const values = batch.getChild(column);
    for (let row = 0; row < batch.numRows; row++) found.push(String(values?.get(row)));
  }
  return found;
}

test("T28: nested values become structs and lists; what has no declared shape is JSON text", async () => {
  await workspace.load([
    schema("shapes", {
      id: { type: "integer" },
      address: {
        type: ["null", "object"],
        properties: {
          city: { type: "string" },
          lines: { type: "array", items: { type: "string" } },
        },
      },
      tags: { type: ["null", "array"], items: { type: "integer" } },
      free: { type: ["null", "object"] },
    }),
    record("shapes", {
      id: 1,
      address: { city: "Bonn", lines: ["a", "b"] },
      tags: [1, 2],
      free: { b: 1.0, a: [null] },
    }),
    record("shapes", { id: 2, address: null, tags: [], free: null }),
  ]);

  expect(await fieldTypes("shapes")).toMatchObject({
    address: { type: "struct", fields: [{ name: "city" }, { name: "lines" }] },
    tags: { type: "array", elementType: "long" },
    free: "string",
  });
  expect(await workspace.rows("shapes")).toEqual([
    {
      id: 1,
      address: { city: "Bonn", lines: ["a", "b"] },
      tags: [1, 2],
      free: '{"b":1,"a":[null]}',
    },
    { id: 2, address: null, tags: [], free: null },
  ]);
});

test("T28: with flattening the fields of an object are columns", async () => {
  await workspace.load(
    [
      schema("flat", {
        id: { type: "integer" },
        place: { type: "object", properties: { city: { type: "string" } } },
      }),
      record("flat", { id: 1, place: { city: "Bonn" } }),
    ],
    { config: { flattening_enabled: true, flattening_max_depth: 1 } },
  );

  expect(await workspace.rows("flat")).toEqual([{ id: 1, place__city: "Bonn" }]);
});

test.each<[string, Readonly<Record<string, unknown>>, string, string, string]>([
  [
    "multipleOf",
    {
      type: "number",
      multipleOf: 0.0001,
      minimum: -99_999_999.9999,
      maximum: 99_999_999.9999,
    },
    "12345678.6789",
    "decimal(12,4)",
    "123456786789",
  ],
  [
    "scale_precision",
    {
      type: ["null", "number", "string"],
      format: "singer.decimal",
      additionalProperties: { scale_precision: "(12,2)" },
    },
    '"1234567890.12"',
    "decimal(12,2)",
    "123456789012",
  ],
  [
    "x-singer.decimal",
    { type: "string", format: "x-singer.decimal", precision: 38, scale: 20 },
    '"500.00000000000000000001"',
    "decimal(38,20)",
    "50000000000000000000001",
  ],
  [
    "x-sql-datatype",
    { type: "number", "x-sql-datatype": "decimal(38,10)" },
    "12345678901234567890.0123456789",
    "decimal(38,10)",
    "123456789012345678900123456789",
  ],
])(
  "T29: the decimal dialect %s keeps every digit",
  async (_name, type, digits, deltaType, unscaled) => {
    const run = await workspace.load([
      schema("numbers", { amount: type }),
      `{"type":"RECORD","stream":"numbers","record":{"amount":${digits}}}`,
    ]);

    expect(run.stderr).not.toContain("error");
    expect(await fieldTypes("numbers")).toEqual({ amount: deltaType });
    expect(await texts("numbers", "amount")).toEqual([unscaled]);
  },
);

test("T30: times keep their instant to the microsecond, dates and bytes have types of their own", async () => {
  await workspace.load([
    schema("times", {
      at: { type: "string", format: "date-time" },
      day: { type: "string", format: "date" },
      clock: { type: "string", format: "time" },
      bytes: { type: "string", contentEncoding: "base64" },
    }),
    record("times", {
      at: "2024-02-29T23:59:59.123456+02:00",
      day: "2024-02-29",
      clock: "23:59:59.1234567",
      bytes: "AAEC",
    }),
  ]);

  expect(await fieldTypes("times")).toEqual({
    at: "timestamp",
    day: "date",
    clock: "string",
    bytes: "binary",
  });
  expect(await texts("times", "clock")).toEqual(["23:59:59.1234567"]);
  expect(await texts("times", "bytes")).toEqual(["0,1,2"]);
  expect(Number((await texts("times", "at"))[0])).toBeCloseTo(
    Date.UTC(2024, 1, 29, 21, 59, 59) + 123.456,
    2,
  );
});

test.each([
  [{ type: "number" }, "double"],
  [{ type: "object", properties: { a: { type: "integer" } } }, "struct"],
])(
  "T13, T22: a key of schema %j is refused before the first commit, with what to declare",
  async (type, kind) => {
    const run = await workspace.load([
      schema("things", { id: type, v: { type: "string" } }, { keys: ["id"] }),
      record("things", { id: type.type === "number" ? 1.5 : { a: 1 }, v: "x" }),
    ]);

    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      `error: stream things: key column id is ${kind}, which is no key (E_KEY)\nhint: declare it in the tap's schema as an integer`,
    );
  },
);

test("T22: a record without its key ends the run and names the column", async () => {
  const run = await workspace.load([
    schema("orders", { id: { type: ["null", "integer"] } }, { keys: ["id"] }),
    record("orders", {}),
  ]);

  expect(run.code).toBe(1);
  expect(run.stderr).toContain("error: stream orders: key column id is null in record 1");
  expect(run.stderr).toContain("(E_KEY)");
});
