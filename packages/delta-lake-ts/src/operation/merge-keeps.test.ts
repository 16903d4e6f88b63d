import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { MemoryStore } from "../store/memory.ts";
import { batchOf, type Row, readRows, schemaOf, writeRows } from "../table-fixture.test.support.ts";
import { append } from "./append.ts";
import { check } from "./check.ts";
import { merge } from "./merge.ts";

const schema = schemaOf({ own: "string", id: "long", v: "string", p: "string" });
const sourceSchema = schemaOf({ id: "long", v: "string" });
const keeps = ["own", "p"];

async function tableOf(
  files: readonly (readonly Row[])[],
  configuration: Readonly<Record<string, string>> = {},
): Promise<MemoryStore> {
  const store = new MemoryStore();
  const createIfMissing = { schema, partitionColumns: ["p"] };
  await append(store, [], { createIfMissing, configuration });
  for (const rows of files) {
    await append(store, await writeRows(store, schema, rows, { partitionColumns: ["p"] }));
  }
  return store;
}

const textsOf = (rows: Iterable<Row>): string[] =>
  Array.from(rows, ({ own, id, v, p }) => JSON.stringify([own, id, v, p])).toSorted();

test("columns that the source lacks keep their values in rows that are updated, and are null in new ones", async () => {
  const store = await tableOf([
    [
      { own: "x", id: 1, v: "a", p: "left" },
      { own: null, id: 2, v: "b", p: "left" },
      { own: "z", id: 3, v: "c", p: null },
    ],
  ]);
  const rows = [
    { id: 3, v: "C" },
    { id: 1, v: "A" },
    { id: 4, v: "D" },
  ];

  const counts = await merge(store, {
    source: [batchOf(sourceSchema, rows)],
    keys: ["id"],
    mode: "upsert",
    keeps,
  });

  expect(counts).toMatchObject({ inserted: 1, updated: 2, deleted: 0 });
  expect(textsOf(await readRows(store))).toEqual(
    textsOf([
      { own: "x", id: 1, v: "A", p: "left" },
      { own: null, id: 2, v: "b", p: "left" },
      { own: "z", id: 3, v: "C", p: null },
      { own: null, id: 4, v: "D", p: null },
    ]),
  );
});

test("a merge that would change no other column commits nothing", async () => {
  const store = await tableOf([[{ own: "x", id: 1, v: "a", p: "left" }]]);

  const { version } = await merge(store, {
    source: [batchOf(sourceSchema, [{ id: 1, v: "a" }])],
    keys: ["id"],
    mode: "upsert",
    keeps,
  });

  expect(version).toBeUndefined();
});

const tableRow = fc.record({
  own: fc.option(fc.constantFrom("x", "y")),
  id: fc.integer({ min: 0, max: 20 }),
  v: fc.constantFrom("a", "b"),
  p: fc.option(fc.constantFrom("left", "right")),
});
const sourceRow = fc.record({
  id: fc.integer({ min: 0, max: 25 }),
  v: fc.constantFrom("a", "b", "gone"),
});

test("with vectors, a change feed or a source on disk, kept columns are those of the row before", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(tableRow, { selector: ({ id }) => id, maxLength: 20 }),
      fc.nat(20),
      fc.array(sourceRow, { minLength: 1, maxLength: 30 }),
      fc.constantFrom(
        {},
        { "delta.enableDeletionVectors": "true" },
        { "delta.enableChangeDataFeed": "true" },
      ),
      fc.record({ memoryBytes: fc.constantFrom(2 ** 28, 200) }),
      async (rows, cut, changes, configuration, options) => {
        const files = [rows.slice(0, cut), rows.slice(cut)].filter(({ length }) => length > 0);
        const store = await tableOf(files, configuration);
        const wanted = new Map(rows.map((row): [number, Row] => [row.id, row]));
        for (const { id, v } of new Map(changes.map((row) => [row.id, row])).values()) {
          if (v === "gone") wanted.delete(id);
          else wanted.set(id, { own: null, p: null, ...wanted.get(id), id, v });
        }

        await merge(store, {
          source: [batchOf(sourceSchema, changes)],
          keys: ["id"],
          mode: "upsert",
          deleteWhen: (batch, row) => batch.getChild("v")?.get(row) === "gone",
          keeps,
          ...options,
        });

        expect(textsOf(await readRows(store))).toEqual(textsOf(wanted.values()));
        expect((await check(store)).problems).toEqual([]);
      },
    ),
    { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 60) },
  );
});

test("the second thread keeps them, too", async () => {
  const files = [0, 1, 2, 3].map((file) =>
    [0, 1].map((row) => ({ own: `own ${file}`, id: 2 * file + row, v: "a", p: null })),
  );
  const store = await tableOf(files);

  await merge(store, {
    source: [
      batchOf(
        sourceSchema,
        files.flat().map(({ id }) => ({ id, v: "b" })),
      ),
    ],
    keys: ["id"],
    mode: "upsert",
    keeps,
    usesThread: true,
  });

  expect(textsOf(await readRows(store))).toEqual(
    textsOf(files.flat().map((row) => ({ ...row, v: "b" }))),
  );
});
