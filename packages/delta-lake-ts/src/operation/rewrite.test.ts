import { expect, test } from "@jest/globals";
import { Field, Int64, Schema } from "apache-arrow";
import { buildBatch } from "../arrow/build.ts";
import { arrowToDelta } from "../arrow/type.ts";
import { DataFileWriter } from "../data-file.ts";
import { MemoryStore } from "../store/memory.ts";
import { DeltaTable } from "../table.ts";
import { append } from "./append.ts";
import { rewrite } from "./rewrite.ts";

const arrow = new Schema([new Field("id", new Int64(), true)]);
const schema = arrowToDelta(arrow);

async function fileOf(store: MemoryStore, ids: readonly (bigint | null)[]) {
  const writer = new DataFileWriter(store, { schema });
  await writer.write(
    buildBatch(
      arrow,
      ids.map((id) => ({ id })),
    ),
  );
  return await writer.close();
}

async function idsOf(store: MemoryStore): Promise<readonly number[]> {
  const ids: number[] = [];
  const table = await DeltaTable.open(store);
  for await (const batch of table?.read() ?? [])
    for (const id of batch.getChild("id") ?? []) ids.push(Number(id));
  return ids.toSorted((a, b) => a - b);
}

test("a rewrite puts files in the place of others, and is planned anew when rows come in between", async () => {
  const store = new MemoryStore();
  await append(store, await fileOf(store, [1n]), { createIfMissing: { schema } });
  const seen: (number | undefined)[] = [];

  await rewrite(store, {
    plan: async (table) => {
      seen.push(table?.version);
      if (seen.length === 1) await append(store, await fileOf(store, [5n]));
      const removed = [];
      for await (const file of table?.files() ?? []) removed.push(file);
      const ids = removed.map((_file, index) => BigInt(10 + index));
      return { removed, added: await fileOf(store, ids) };
    },
  });

  expect(seen).toEqual([0, 1]);
  expect(await idsOf(store)).toEqual([10, 11]);
  expect((await (await DeltaTable.open(store))?.history(1))?.[0]).toMatchObject({
    operation: "UPDATE",
  });
});

test("a rewrite of nothing commits nothing, and makes the table when it has files", async () => {
  const store = new MemoryStore();
  const added = await fileOf(store, [1n]);

  const made = await rewrite(store, {
    createIfMissing: { schema },
    plan: (table) => Promise.resolve({ removed: [], added: table === undefined ? added : [] }),
  });
  const idle = await rewrite(store, { plan: () => Promise.resolve({ removed: [], added: [] }) });

  expect(made).toEqual({ version: 0 });
  expect(idle).toEqual({ version: 0 });
  expect(await idsOf(store)).toEqual([1]);
});

test("files that statistics rule out are not given", async () => {
  const store = new MemoryStore();
  const files = [...(await fileOf(store, [1n, 2n])), ...(await fileOf(store, [8n, null]))];
  await append(store, files, { createIfMissing: { schema } });
  const table = await DeltaTable.open(store);
  const count = async (filter: Parameters<DeltaTable["files"]>[0]): Promise<number> => {
    const found = [];
    for await (const file of table?.files(filter) ?? []) found.push(file);
    return found.length;
  };

  const near = { batches: [buildBatch(arrow, [{ id: 2n }])], columns: ["id"] };

  expect(await count({})).toBe(2);
  expect(await count({ near })).toBe(1);
  expect(await count({ nullIn: "id" })).toBe(1);
  expect(await count({ near, nullIn: "id" })).toBe(0);
});
