import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import type { RecordBatch } from "apache-arrow";
import * as fc from "fast-check";
import { loadFullSnapshot } from "../snapshot.ts";
import { MemoryStore } from "../store/memory.ts";
import { batchOf, type Row, readRows, schemaOf, writeRows } from "../table-fixture.test.support.ts";
import { append } from "./append.ts";
import { check } from "./check.ts";
import { type MergeOptions, merge } from "./merge.ts";

const schema = schemaOf({ id: "long", name: "string", v: "string" });
const VECTORS = { "delta.enableDeletionVectors": "true" };

async function tableOf(
  files: readonly (readonly Row[])[],
  configuration: Readonly<Record<string, string>>,
): Promise<MemoryStore> {
  const store = new MemoryStore();
  await append(store, [], { createIfMissing: { schema }, configuration });
  for (const rows of files) await append(store, await writeRows(store, schema, rows));
  return store;
}

async function* streamOf(batches: readonly (readonly Row[])[]): AsyncGenerator<RecordBatch> {
  for (const rows of batches) yield batchOf(schema, rows);
}

/** The source's rows as `merge` takes them: rows that say "gone" delete. */
function sourceOf(
  batches: readonly (readonly Row[])[],
): Pick<MergeOptions, "source" | "deleteWhen"> {
  return {
    source: streamOf(batches),
    deleteWhen: (batch, row) => batch.getChild("v")?.get(row) === "gone",
  };
}

/** One key again and again. */
function fiftyRows(text: string): Row[] {
  return Array.from({ length: 50 }, (_, row) => ({ id: 1, name: "a", v: `${text}, ${row}` }));
}

async function contents(store: MemoryStore): Promise<string[]> {
  return (await readRows(store)).map((row) => JSON.stringify(row)).toSorted();
}

const key = fc.record({
  id: fc.option(fc.integer({ min: 0, max: 12 }), { freq: 8 }),
  name: fc.constantFrom("a", "b"),
});
const tableRow = key.map((columns) => ({ ...columns, v: "old" }));
const sourceRow = fc
  .tuple(key, fc.constantFrom("old", "new", "newer", "gone"))
  .map(([columns, v]) => ({ ...columns, v }));

test("a source that goes to disk in parts gives the same table and counts as one in memory", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(tableRow, { minLength: 1, maxLength: 8 }), { maxLength: 4 }),
      fc.array(fc.array(sourceRow, { minLength: 1, maxLength: 8 }), { maxLength: 5 }),
      fc.record({
        vectors: fc.boolean(),
        mode: fc.constantFrom("upsert" as const, "insert-only" as const),
        memoryBytes: fc.constantFrom(300, 2000),
      }),
      async (files, batches, { vectors, mode, memoryBytes }) => {
        const configuration = vectors ? VECTORS : {};
        const [whole, parted] = [
          await tableOf(files, configuration),
          await tableOf(files, configuration),
        ];
        const options = { keys: ["id", "name"], mode } as const;

        const one = await merge(whole, { ...sourceOf(batches), ...options });
        const other = await merge(parted, { ...sourceOf(batches), ...options, memoryBytes });

        expect(other).toEqual(one);
        expect(await contents(parted)).toEqual(await contents(whole));
        expect((await check(parted)).problems).toEqual([]);
      },
    ),
    { numRuns: 15, seed: 5 },
  );
}, 120_000);

test("the last of a thousand rows of one key holds, although they do not fit into memory together", async () => {
  const store = await tableOf([[{ id: 1, name: "a", v: "old" }]], {});
  const batches = Array.from({ length: 20 }, (_, batch) => fiftyRows(`batch ${batch}`));

  const result = await merge(store, {
    ...sourceOf(batches),
    keys: ["id"],
    mode: "upsert",
    memoryBytes: 4000,
  });

  expect(result).toEqual({ version: 2, inserted: 0, updated: 1, deleted: 0 });
  expect(await readRows(store)).toEqual([{ id: 1, name: "a", v: "batch 19, 49" }]);
});

test("each of two files that several parts touch is rewritten once, in one commit", async () => {
  const rows = (first: number, v: string): Row[] =>
    Array.from({ length: 10 }, (_, row) => ({ id: first + row, name: "a", v }));
  const store = await tableOf([rows(0, "old"), rows(10, "old")], {});
  const source = [rows(0, "new"), rows(10, "new")];

  const result = await merge(store, {
    ...sourceOf(source),
    keys: ["id"],
    mode: "upsert",
    memoryBytes: 1000,
    fileSizeBytes: 1,
  });

  expect(result).toEqual({ version: 3, inserted: 0, updated: 20, deleted: 0 });
  expect((await loadFullSnapshot(store))?.files.size).toBe(2);
  expect(await readRows(store)).toEqual(source.flat());
});

test("nothing of the source stays on disk, whether the merge ends well or not", async () => {
  const spillFolder = await mkdtemp(join(tmpdir(), "merge-spill-"));
  const store = await tableOf([[{ id: 1, name: "a", v: "old" }]], {});
  const rows = [{ id: 1, name: "a", v: "new" }];
  const options = { keys: ["id"], mode: "upsert", memoryBytes: 1, spillFolder } as const;
  async function* broken(): AsyncGenerator<RecordBatch> {
    yield batchOf(schema, rows);
    throw new Error("the source broke off");
  }

  await merge(store, { ...sourceOf([rows, rows]), ...options });
  const attempt = merge(store, { source: broken(), ...options });

  await expect(attempt).rejects.toThrow("the source broke off");
  expect(await readdir(spillFolder)).toEqual([]);
  await rm(spillFolder, { recursive: true });
});
