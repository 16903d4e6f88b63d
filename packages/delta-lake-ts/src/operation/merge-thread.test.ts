import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "@jest/globals";
import { EncodeWorker } from "../encode-worker/encode-worker.ts";
import { loadFullSnapshot } from "../snapshot.ts";
import { LocalStore } from "../store/local.ts";
import { batchOf, type Row, readRows, schemaOf, writeRows } from "../table-fixture.test.support.ts";
import { append } from "./append.ts";
import { merge } from "./merge.ts";

const schema = schemaOf({ id: "long", name: "string", region: "string" });
const configuration = { "delta.enableDeletionVectors": "true" };
const FILES = 12;
const encodeWorker = new EncodeWorker();
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "merge-thread-"));
});

afterEach(() => rm(folder, { recursive: true }));

afterAll(() => encodeWorker.close());

function row(id: number): Row {
  return { id: id % 11 === 3 ? null : id, name: `name ${id % 37}`, region: `r${id % 2}` };
}

/** Files of twenty rows each: 0 to 19, 20 to 39 and so on, but for each second file descending. */
async function tableIn(name: string, partitionColumns: readonly string[]): Promise<LocalStore> {
  const store = new LocalStore(join(folder, name));
  await append(store, [], { createIfMissing: { schema, partitionColumns }, configuration });
  for (let file = 0; file < FILES; file += 1) {
    const rows = Array.from({ length: 20 }, (_, place) => row(file * 20 + place));
    const ordered = file % 2 === 0 ? rows : rows.toReversed();
    await append(store, await writeRows(store, schema, ordered, { partitionColumns }));
  }
  return store;
}

function upsert(
  store: LocalStore,
  options: { ids: readonly number[]; keys: readonly string[]; usesThread: boolean },
): ReturnType<typeof merge> {
  const { ids, keys, usesThread } = options;
  const source = [0, 1].map((part) =>
    batchOf(
      schema,
      ids.filter((id) => id % 2 === part).map((id) => row(id)),
    ),
  );
  return merge(store, { source, keys, mode: "upsert", usesThread, encodeWorker });
}

async function contents(store: LocalStore): Promise<string[]> {
  return (await readRows(store)).map((found) => JSON.stringify(found)).toSorted();
}

async function cardinalities(store: LocalStore): Promise<number[]> {
  const files = (await loadFullSnapshot(store))?.files.values() ?? [];
  return [...files]
    .map(({ deletionVector }) => deletionVector?.cardinality ?? 0)
    .toSorted((left, right) => left - right);
}

test.each([
  { keys: ["id"], partitionColumns: [] },
  { keys: ["name", "id"], partitionColumns: [] },
  { keys: ["id", "region"], partitionColumns: ["region"] },
])(
  "a thread and the caller mark what the caller alone marks: keys $keys, partitioned by $partitionColumns",
  async ({ keys, partitionColumns }) => {
    const alone = await tableIn("alone", partitionColumns);
    const together = await tableIn("together", partitionColumns);
    const merges = [
      [1, 2, 25, 26, 100, 161, 162, 199, 230, 239, 500],
      [2, 30, 101, 162, 198, 238, 239, 501],
    ];

    for (const ids of merges) {
      const one = await upsert(alone, { ids, keys, usesThread: false });
      const two = await upsert(together, { ids, keys, usesThread: true });
      expect(two).toEqual(one);
    }

    expect(encodeWorker.isStarted).toBe(true);
    expect(await contents(together)).toEqual(await contents(alone));
    expect(await cardinalities(together)).toEqual(await cardinalities(alone));
  },
  60_000,
);

test("a file that the thread cannot read fails the merge with its code, and nothing is left", async () => {
  const store = await tableIn("damaged", []);
  const files = [...((await loadFullSnapshot(store))?.files.values() ?? [])];
  const last = files.at(-1);
  if (last === undefined) throw new Error("there are files");
  await writeFile(join(folder, "damaged", last.path), new Uint8Array(last.size));
  const before = (await readdir(join(folder, "damaged"), { recursive: true })).toSorted();

  const attempt = upsert(store, { ids: [1, 239], keys: ["id"], usesThread: true });

  await expect(attempt).rejects.toMatchObject({ code: "E_DATA_FILE" });
  const after = (await readdir(join(folder, "damaged"), { recursive: true })).toSorted();
  expect(after).toEqual(before);
});

test("a thread that ends while it scans fails the merge, and nothing is left", async () => {
  const store = await tableIn("ended", []);
  const before = (await readdir(join(folder, "ended"), { recursive: true })).toSorted();
  const ending = new EncodeWorker();
  const scanning = ending.scanning.bind(ending);
  ending.scanning = (scan, work) =>
    scanning(scan, async (thread) => {
      const working = work(thread);
      await ending.close();
      return await working;
    });
  const source = [batchOf(schema, [row(1), row(239)])];

  const attempt = merge(store, {
    source,
    keys: ["id"],
    mode: "upsert",
    usesThread: true,
    encodeWorker: ending,
  });

  await expect(attempt).rejects.toThrow("the encoding thread was closed");
  const after = (await readdir(join(folder, "ended"), { recursive: true })).toSorted();
  expect(after).toEqual(before);
});
