import { beforeEach, expect, test } from "@jest/globals";
import { type AddFile, encodeActions, type Protocol } from "./action.ts";
import { append } from "./operation/append.ts";
import { merge } from "./operation/merge.ts";
import { optimize } from "./operation/optimize.ts";
import { overwrite } from "./operation/overwrite.ts";
import { stringifySchema } from "./schema.ts";
import { loadFullSnapshot } from "./snapshot.ts";
import { MemoryStore } from "./store/memory.ts";
import { batchOf, schemaOf, writeRows } from "./table-fixture.test.support.ts";

const schema = schemaOf({ id: "long", v: "string" });

let store: MemoryStore;

beforeEach(() => {
  store = new MemoryStore();
});

/** A table as Spark makes it: features in the protocol, and a domain. */
async function makeTable(features: string[], domain: string, configuration: string): Promise<void> {
  const protocol: Protocol = {
    minReaderVersion: 1,
    minWriterVersion: 7,
    writerFeatures: [...features, "domainMetadata"],
  };
  const metaData = {
    id: "0",
    format: { provider: "parquet", options: {} },
    schemaString: stringifySchema(schema),
    partitionColumns: [],
    configuration: {},
  };
  const text = encodeActions([
    { type: "protocol", protocol },
    { type: "metaData", metaData },
    { type: "domainMetadata", domainMetadata: { domain, configuration, removed: false } },
  ]);
  await store.put("_delta_log/00000000000000000000.json", Buffer.from(text));
}

async function add(...ids: number[]): Promise<void> {
  const rows = ids.map((id) => ({ id, v: "a" }));
  await append(store, await writeRows(store, schema, rows));
}

async function files(): Promise<AddFile[]> {
  return [...((await loadFullSnapshot(store))?.files.values() ?? [])];
}

test("appends to a table with row tracking give every file its own row numbers, and keep the mark", async () => {
  await makeTable(["rowTracking"], "delta.rowTracking", '{"rowIdHighWaterMark":41}');

  await add(1, 2, 3);
  await add(4);

  expect((await files()).map((f) => [f.baseRowId, f.defaultRowCommitVersion])).toEqual([
    [42, 1],
    [45, 2],
  ]);
  const snapshot = await loadFullSnapshot(store);
  expect(snapshot?.domains.get("delta.rowTracking")?.configuration).toBe(
    '{"rowIdHighWaterMark":45}',
  );
});

test("of appends that race, the later one numbers its rows after the winner's", async () => {
  await makeTable(["rowTracking"], "delta.rowTracking", '{"rowIdHighWaterMark":9007199254740992}');
  const putIfAbsent = store.putIfAbsent.bind(store);
  let isFirst = true;
  store.putIfAbsent = async (path, bytes) => {
    const wasFirst = isFirst;
    isFirst = false;
    if (wasFirst) await add(10, 11);
    return putIfAbsent(path, bytes);
  };

  await add(1);

  expect((await files()).map((f) => [f.baseRowId, f.defaultRowCommitVersion])).toEqual([
    [9_007_199_254_740_993n, 1],
    [9_007_199_254_740_995n, 2],
  ]);
});

test("a file that does not tell its rows is refused", async () => {
  await makeTable(["rowTracking"], "delta.rowTracking", '{"rowIdHighWaterMark":0}');
  const [file] = await writeRows(store, schema, [{ id: 1 }]);
  if (file === undefined) throw new Error("there is a file");
  const { stats: _, ...bare } = file;

  await expect(append(store, [bare])).rejects.toMatchObject({ code: "E_INVALID_COMMIT" });
});

test("a clustered table is appended to with statistics of its columns, and its domain stays", async () => {
  await makeTable(["clustering"], "delta.clustering", '{"clusteringColumns":[["v"]]}');
  await add(1);
  const [file] = await writeRows(store, schema, [{ id: 1 }]);
  if (file === undefined) throw new Error("there is a file");

  const blind = append(store, [{ ...file, path: "other", stats: '{"numRecords":1}' }]);

  await expect(blind).rejects.toMatchObject({
    code: "E_INVALID_COMMIT",
    message: expect.stringContaining("no statistics of v"),
  });
  const snapshot = await loadFullSnapshot(store);
  expect(snapshot?.domains.get("delta.clustering")?.configuration).toContain('[["v"]]');
  expect((await files()).length).toBe(1);
});

test.each(["rowTracking", "clustering"])(
  "rows of a table with %s are not changed: merge, overwrite and optimize are refused by name",
  async (feature) => {
    const domain = `delta.${feature}`;
    await makeTable([feature], domain, '{"rowIdHighWaterMark":0,"clusteringColumns":[]}');
    await add(1);
    await add(2);
    const source = [batchOf(schema, [{ id: 1, v: "b" }])];
    const before = store.objects.size;

    for (const attempt of [
      () => merge(store, { source, keys: ["id"], mode: "upsert" }),
      () => overwrite(store, []),
      () => optimize(store),
    ]) {
      await expect(attempt()).rejects.toMatchObject({
        code: "E_TABLE_FEATURE",
        message: expect.stringContaining(feature),
      });
    }
    expect(store.objects.size).toBe(before);
  },
);
