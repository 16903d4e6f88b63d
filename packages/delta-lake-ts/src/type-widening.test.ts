import { beforeEach, expect, test } from "@jest/globals";
import { append } from "./operation/append.ts";
import { merge } from "./operation/merge.ts";
import { optimize } from "./operation/optimize.ts";
import type { DeltaType, StructType } from "./schema.ts";
import { MemoryStore } from "./store/memory.ts";
import { DeltaTable } from "./table.ts";
import { batchOf, type Row, readRows, schemaOf, writeRows } from "./table-fixture.test.support.ts";
import { canWiden } from "./type-widening.ts";

const configuration = { "delta.enableTypeWidening": "true" };

let store: MemoryStore;

beforeEach(() => {
  store = new MemoryStore();
});

async function add(
  schema: StructType,
  rows: readonly Row[],
  options: { partitionColumns?: readonly string[] } = {},
): Promise<void> {
  const files = await writeRows(store, schema, rows, options);
  const isNew = (await DeltaTable.open(store)) === undefined;
  await append(
    store,
    files,
    isNew ? { createIfMissing: { schema, ...options }, configuration } : { schema },
  );
}

async function sorted(): Promise<Row[]> {
  return (await readRows(store)).toSorted(
    (left, right) => Number(left["id"]) - Number(right["id"]),
  );
}

const widenings: [DeltaType, unknown, unknown, DeltaType, unknown][] = [
  ["byte", -128, -128, "short", 300],
  ["byte", 127, 127, "long", 2n ** 60n],
  ["short", -32_768, -32_768, "integer", 70_000],
  ["integer", 2 ** 31 - 1, 2 ** 31 - 1, "long", 2n ** 62n],
  ["integer", -(2 ** 31), -(2 ** 31), "double", 0.5],
  ["float", 0.5, 0.5, "double", 0.1],
  ["integer", -7, -700, "decimal(12,2)", 125],
  ["long", 2n ** 63n - 1n, (2n ** 63n - 1n) * 100n, "decimal(22,2)", 1],
  ["decimal(4,1)", -15n, -1500, "decimal(8,3)", 1],
  ["decimal(18,2)", -(10n ** 18n - 1n), -(10n ** 18n - 1n), "decimal(38,2)", 5],
  ["date", -1, -86_400_000_000, "timestamp_ntz", 1],
];

test.each(widenings)(
  "a %s column with %p reads as %p once it is a %s",
  async (from, value, read, to, more) => {
    await add(schemaOf({ id: "long", v: from }), [
      { id: 1, v: value },
      { id: 2, v: null },
    ]);
    const wide = schemaOf({ id: "long", v: to });

    await add(wide, [{ id: 3, v: more }]);

    const table = await DeltaTable.open(store);
    expect(table?.schema.fields[1]).toMatchObject({
      type: to,
      metadata: { "delta.typeChanges": [{ fromType: from, toType: to }] },
    });
    const [first, second] = await sorted();
    expect([first?.["v"], second?.["v"]]).toEqual([read, null]);
    await merge(store, {
      source: [batchOf(wide, [{ id: 2, v: more }])],
      keys: ["id"],
      mode: "upsert",
    });
    await optimize(store);
    const rows = await sorted();
    expect((await DeltaTable.open(store))?.fileCount).toBe(1);
    expect(rows[0]?.["v"]).toEqual(read);
    expect(rows[1]).toEqual({ ...rows[2], id: 2 });
  },
);

test("rows of the narrower type are still taken after the widening, by append and by merge", async () => {
  const narrow = schemaOf({ id: "integer", v: "integer" });
  await add(narrow, [{ id: 1, v: 1 }]);
  await add(schemaOf({ id: "long", v: "decimal(12,2)" }), [{ id: 2, v: 250n }]);

  await add(narrow, [{ id: 3, v: 3 }]);
  const result = await merge(store, {
    source: [batchOf(narrow, [{ id: 1, v: 7 }])],
    keys: ["id"],
    mode: "upsert",
    schema: narrow,
  });

  expect(result).toMatchObject({ updated: 1, inserted: 0 });
  expect(await sorted()).toEqual([
    { id: 1, v: 700 },
    { id: 2, v: 250 },
    { id: 3, v: 300 },
  ]);
});

test("parts of nested columns are widened, and the path of each change is kept", async () => {
  const nested = (type: DeltaType): StructType =>
    schemaOf({
      id: "long",
      s: schemaOf({ x: type }),
      l: { type: "array", elementType: type, containsNull: true },
      m: {
        type: "map",
        keyType: "string",
        valueType: { type: "array", elementType: type, containsNull: true },
        valueContainsNull: true,
      },
    });
  await add(nested("integer"), [{ id: 1, s: { x: 1 }, l: [1, null], m: { a: [1] } }]);

  await add(nested("long"), [{ id: 2, s: { x: 2n ** 40n }, l: [2], m: { b: [2] } }]);

  const [, s, l, m] = (await DeltaTable.open(store))?.schema.fields ?? [];
  const change = { toType: "long", fromType: "integer" };
  expect(s?.metadata).toEqual({});
  expect(s?.type).toMatchObject({ fields: [{ metadata: { "delta.typeChanges": [change] } }] });
  expect(l?.metadata).toEqual({ "delta.typeChanges": [{ ...change, fieldPath: "element" }] });
  expect(m?.metadata).toEqual({ "delta.typeChanges": [{ ...change, fieldPath: "value.element" }] });
  expect(await sorted()).toEqual([
    { id: 1, s: { x: 1 }, l: [1, null], m: { a: [1] } },
    { id: 2, s: { x: 2 ** 40 }, l: [2], m: { b: [2] } },
  ]);
});

test("without the property a change of type is refused, and the hint names the property", async () => {
  const schema = schemaOf({ id: "integer" });
  await append(store, await writeRows(store, schema, [{ id: 1 }]), { createIfMissing: { schema } });
  const wide = schemaOf({ id: "long" });

  const attempt = append(store, await writeRows(store, wide, [{ id: 2 }]), { schema: wide });

  await expect(attempt).rejects.toMatchObject({
    code: "E_SCHEMA_MISMATCH",
    hint: expect.stringContaining("delta.enableTypeWidening"),
  });
});

test("the property switches widening on for a table that is there, and its protocol keeps every feature", async () => {
  const schema = schemaOf({ id: "integer" });
  await append(store, await writeRows(store, schema, [{ id: 1 }]), {
    createIfMissing: { schema },
    configuration: { "delta.enableDeletionVectors": "true" },
  });
  const wide = schemaOf({ id: "long" });

  await append(store, await writeRows(store, wide, [{ id: 2n ** 40n }]), {
    schema: wide,
    configuration,
  });

  expect((await DeltaTable.open(store))?.protocol).toEqual({
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: ["deletionVectors", "typeWidening"],
    writerFeatures: ["appendOnly", "invariants", "deletionVectors", "typeWidening"],
  });
  expect(await readRows(store)).toEqual([{ id: 1 }, { id: 2 ** 40 }]);
});

test("a partition column is widened where its values keep their text, and refused where not", async () => {
  const options = { partitionColumns: ["p"] };
  await add(schemaOf({ id: "long", p: "integer" }), [{ id: 1, p: 5 }], options);
  const wide = schemaOf({ id: "long", p: "long" });
  await add(wide, [{ id: 2, p: 2n ** 40n }], options);

  const result = await merge(store, {
    source: [batchOf(wide, [{ id: 1, p: 5 }])],
    keys: ["id", "p"],
    mode: "upsert",
  });

  expect(result).toMatchObject({ version: undefined, inserted: 0 });
  expect(await sorted()).toEqual([
    { id: 1, p: 5 },
    { id: 2, p: 2 ** 40 },
  ]);
  const decimal = schemaOf({ id: "long", p: "decimal(22,2)" });
  await expect(append(store, [], { schema: decimal })).rejects.toMatchObject({
    code: "E_SCHEMA_MISMATCH",
  });
});

test("a change of type that Delta does not know is refused when the table is opened", async () => {
  const schema = schemaOf({ id: "long" });
  const changed: StructType = {
    type: "struct",
    fields: schema.fields.map((field) => ({
      ...field,
      metadata: { "delta.typeChanges": [{ fromType: "string", toType: "long" }] },
    })),
  };
  await append(store, [], { createIfMissing: { schema: changed }, configuration });

  await expect(DeltaTable.open(store)).rejects.toMatchObject({
    code: "E_TABLE_FEATURE",
    message: expect.stringContaining("column id was changed from string to long"),
  });
});

test.each([
  ["long", "double", false],
  ["short", "decimal(10,0)", true],
  ["long", "decimal(19,0)", false],
  ["decimal(10,2)", "decimal(11,3)", true],
  ["decimal(10,2)", "decimal(10,3)", false],
  ["decimal(10,2)", "decimal(12,1)", false],
  ["date", "timestamp", false],
  ["float", "decimal(38,10)", false],
  ["integer", "short", false],
])("from %s to %s: %p", (from, to, isWide) => {
  expect(canWiden(from, to)).toBe(isWide);
});
