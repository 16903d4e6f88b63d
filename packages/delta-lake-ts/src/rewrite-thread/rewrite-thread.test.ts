import { expect, test } from "@jest/globals";
import { append } from "../operation/append.ts";
import { merge } from "../operation/merge.ts";
import { loadFullSnapshot } from "../snapshot.ts";
import { MemoryStore } from "../store/memory.ts";
import { batchOf, type Row, readRows, schemaOf, writeRows } from "../table-fixture.test.support.ts";

const schema = schemaOf({
  id: "long",
  region: "string",
  tags: { type: "array", elementType: "string", containsNull: true },
});

/** Four files of four rows: 0 to 3, 4 to 7 and so on. */
async function tableOf(partitionColumns: readonly string[] = []): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (let file = 0; file < 4; file += 1) {
    const rows = Array.from({ length: 4 }, (_, place) => row(file * 4 + place, "old"));
    const adds = await writeRows(store, schema, rows, { partitionColumns });
    await append(store, adds, { createIfMissing: { schema, partitionColumns } });
  }
  return store;
}

function row(id: number, tag: string): Row {
  return { id, region: `r${id % 2}`, tags: id % 3 === 0 ? null : [tag, null] };
}

function upsert(store: MemoryStore, usesThread: boolean): ReturnType<typeof merge> {
  const ids = [1, 2, 5, 6, 10, 13, 15, 20];
  return merge(store, {
    source: [
      batchOf(
        schema,
        ids.map((id) => row(id, "new")),
      ),
    ],
    keys: ["id"],
    mode: "upsert",
    deleteWhen: (_batch, place) => ids[place] === 6,
    usesThread,
  });
}

async function sortedRows(store: MemoryStore): Promise<Row[]> {
  return (await readRows(store)).toSorted(
    (left, right) => Number(left["id"]) - Number(right["id"]),
  );
}

test.each([[[]], [["region"]]])(
  "files rewritten on two threads hold what one thread makes of them, partitioned by %j",
  async (partitionColumns) => {
    const [alone, together] = [await tableOf(partitionColumns), await tableOf(partitionColumns)];

    const one = await upsert(alone, false);
    const two = await upsert(together, true);

    expect(two).toEqual(one);
    expect(two).toEqual({ version: 4, inserted: 1, updated: 5, deleted: 1 });
    expect(await sortedRows(together)).toEqual(await sortedRows(alone));
  },
);

test("a store that fails a write of the other thread fails the merge with its own error, and nothing is left", async () => {
  const store = await tableOf();
  const before = [...store.objects.keys()];
  const full = new Error("no space left on device");
  store.write = async (_path, chunks) => {
    for await (const _ of chunks) throw full;
    return 0;
  };

  const attempt = upsert(store, true);

  await expect(attempt).rejects.toBe(full);
  expect([...store.objects.keys()]).toEqual(before);
});

test("a data file that is damaged is named by its error on either thread", async () => {
  const store = await tableOf();
  const files = [...((await loadFullSnapshot(store))?.files.values() ?? [])];
  const last = files.at(-1);
  if (last === undefined) throw new Error("there are four files");
  const get = store.get.bind(store);
  let reads = 0;
  // The scan for keys has the file; the thread that rewrites it gets something else.
  store.get = async (path, range) => {
    if (path === last.path) reads += 1;
    return path === last.path && reads > 1 ? new Uint8Array(last.size) : get(path, range);
  };

  const attempt = upsert(store, true);

  await expect(attempt).rejects.toMatchObject({ code: "E_DATA_FILE" });
  expect(reads).toBe(2);
});
