import { expect, test } from "@jest/globals";
import { systemRuntime } from "../runtime.ts";
import { MemoryStore } from "../store/memory.ts";
import { DeltaTable } from "../table.ts";
import { batchOf, readRows, schemaOf, writeRows } from "../table-fixture.test.support.ts";
import { append } from "./append.ts";
import { merge } from "./merge.ts";
import { optimize } from "./optimize.ts";
import { vacuum } from "./vacuum.ts";

const schema = schemaOf({ id: "long", region: "string" });
const partitionColumns = ["region"];
const createIfMissing = { schema, partitionColumns };
const DAY_MS = 86_400_000;

async function tableOf(now: () => number): Promise<MemoryStore> {
  const store = new MemoryStore({ now });
  for (let id = 0; id < 4; id += 1) {
    const files = await writeRows(store, schema, [{ id, region: id % 2 === 0 ? "a" : null }], {
      partitionColumns,
    });
    await append(store, files, { createIfMissing });
  }
  return store;
}

test("optimize joins the files of each partition and changes no row", async () => {
  const store = await tableOf(() => 0);

  const result = await optimize(store);

  expect(result).toEqual({ version: 4, filesRemoved: 4, filesAdded: 2 });
  expect(await readRows(store)).toEqual([
    { id: 0, region: "a" },
    { id: 2, region: "a" },
    { id: 1, region: null },
    { id: 3, region: null },
  ]);
  expect(await optimize(store)).toEqual({ version: undefined, filesRemoved: 0, filesAdded: 0 });
});

test("vacuum only tells first, keeps young files, and deletes what no version within the retention needs", async () => {
  let nowMs = Date.now() - 30 * DAY_MS;
  const store = await tableOf(() => nowMs);
  const runtime = { ...systemRuntime, now: (): number => nowMs };
  await store.put("orphan.parquet", Buffer.from("x"));
  await store.put("_staging/kept.parquet", Buffer.from("x"));
  await optimize(store, { runtime });

  nowMs += 6 * DAY_MS;
  expect((await vacuum(store, { runtime })).paths).toEqual([]);

  nowMs += 2 * DAY_MS;
  const told = await vacuum(store, { runtime });
  expect(told).toMatchObject({ isDryRun: true, paths: expect.arrayContaining(["orphan.parquet"]) });
  expect(told.paths.length).toBe(5);
  expect(store.objects.has("orphan.parquet")).toBe(true);

  await vacuum(store, { runtime, dryRun: false });
  expect(store.objects.has("orphan.parquet")).toBe(false);
  expect(store.objects.has("_staging/kept.parquet")).toBe(true);
  expect((await readRows(store)).length).toBe(4);
});

test("a retention under a week is refused", async () => {
  const store = await tableOf(() => 0);

  await expect(vacuum(store, { retentionHours: 1 })).rejects.toMatchObject({
    code: "E_INVALID_COMMIT",
  });
});

test("a merge that races an append starts anew and loses neither", async () => {
  const store = await tableOf(() => 0);
  const late = await writeRows(store, schema, [{ id: 9, region: "a" }], { partitionColumns });
  const putIfAbsent = store.putIfAbsent.bind(store);
  let isFirst = true;
  store.putIfAbsent = async (path, bytes) => {
    if (isFirst) {
      isFirst = false;
      await append(store, late);
    }
    return putIfAbsent(path, bytes);
  };

  const source = [batchOf(schema, [{ id: 9, region: "b" }])];
  const result = await merge(store, { source, keys: ["id"], mode: "upsert" });

  expect(result).toEqual({ version: 5, inserted: 0, updated: 1, deleted: 0 });
  const rows = await readRows(store);
  expect(rows.filter(({ id }) => id === 9)).toEqual([{ id: 9, region: "b" }]);
  expect((await DeltaTable.open(store))?.rowCount).toBe(5);
});
