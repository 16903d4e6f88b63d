import { expect, test } from "@jest/globals";
import { fillDefaults } from "./column-default.ts";
import { DataFileWriter } from "./data-file.ts";
import { append } from "./operation/append.ts";
import { merge } from "./operation/merge.ts";
import type { StructType } from "./schema.ts";
import { MemoryStore } from "./store/memory.ts";
import { batchOf, batchRows, readRows, schemaOf } from "./table-fixture.test.support.ts";

function withDefault(type: string, sql: string): StructType {
  const [id, v] = schemaOf({ id: "long", v: type }).fields;
  if (id === undefined || v === undefined) throw new Error("there are two columns");
  return { type: "struct", fields: [id, { ...v, metadata: { CURRENT_DEFAULT: sql } }] };
}

const rows = batchOf(schemaOf({ id: "long" }), [{ id: 1 }, { id: 2 }]);

test.each([
  ["string", "'it''s'", "it's"],
  ["string", "''", ""],
  ["long", "-5L", -5],
  ["integer", "+7", 7],
  ["double", "1.5D", 1.5],
  ["decimal(10,2)", "1.5BD", 150],
  ["boolean", "TRUE", true],
  ["date", "DATE '2024-02-29'", 19_782],
  ["timestamp", "TIMESTAMP '2024-02-29 12:34:56Z'", 1_709_210_096_000_000],
  ["string", "null", null],
])(
  "a %s column with the default %s is filled with it where the rows lack it",
  (type, sql, value) => {
    const filled = batchRows(fillDefaults(rows, withDefault(type, sql)));

    expect(filled).toEqual([
      { id: 1, v: value },
      { id: 2, v: value },
    ]);
  },
);

test.each([
  ["timestamp", "current_timestamp()"],
  ["timestamp", "TIMESTAMP '2024-02-29 12:34:56'"],
  ["long", "1 + 1"],
  ["long", "'a'"],
  ["string", "'a\\n'"],
  ["string", "upper('a')"],
])("a %s column with the default %s is refused by name where the rows lack it", (type, sql) => {
  expect(() => fillDefaults(rows, withDefault(type, sql))).toThrow(
    "allowColumnDefaults in column v",
  );
});

test("rows that have the column keep what they have, null too", () => {
  const batch = batchOf(schemaOf({ V: "long", id: "long" }), [{ id: 1, V: null }]);

  expect(fillDefaults(batch, withDefault("long", "now()"))).toBe(batch);
});

test("appends and merges fill in defaults", async () => {
  const store = new MemoryStore();
  const schema = withDefault("string", "'new'");
  const writer = new DataFileWriter(store, { schema });
  await writer.write(rows);
  await append(store, await writer.close(), { createIfMissing: { schema } });

  await merge(store, {
    source: [batchOf(schemaOf({ id: "long" }), [{ id: 3 }])],
    keys: ["id"],
    mode: "upsert",
  });

  expect(await readRows(store)).toEqual([1, 2, 3].map((id) => ({ id, v: "new" })));
});
