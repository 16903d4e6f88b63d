import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { AddFile } from "../action.ts";
import { buildBatch } from "../arrow/build.ts";
import { deltaToArrow } from "../arrow/type.ts";
import { readValue } from "../arrow/value.ts";
import { DataFileWriter } from "../data-file.ts";
import type { StructType } from "../schema.ts";
import { LocalStore } from "../store/local.ts";
import type { ObjectStore } from "../store.ts";
import { DeltaTable } from "../table.ts";
import { append } from "./append.ts";
import { overwrite } from "./overwrite.ts";

const schema: StructType = {
  type: "struct",
  fields: [
    { name: "id", type: "long", nullable: false, metadata: {} },
    { name: "name", type: "string", nullable: true, metadata: {} },
    { name: "price", type: "decimal(10,2)", nullable: true, metadata: {} },
  ],
};

let folder: string;
let store: ObjectStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "delta-append-"));
  store = new LocalStore(folder);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test("rows that were appended are read back, whatever the number of commits", async () => {
  await append(store, await write([{ id: 1, name: "a", price: 150n }]), {
    createIfMissing: { schema },
  });

  const { version } = await append(store, await write([{ id: 2n ** 60n, name: null, price: -1n }]));

  expect(version).toBe(1);
  expect(await rows()).toEqual([
    { id: 1, name: "a", price: 150 },
    { id: 2n ** 60n, name: null, price: -1 },
  ]);
});

test("an overwrite leaves only the new rows, and the old version can still be read", async () => {
  await append(store, await write([{ id: 1, name: "a" }]), { createIfMissing: { schema } });

  const { version } = await overwrite(store, await write([{ id: 2, name: "b" }]));

  expect(version).toBe(1);
  expect(await rows()).toEqual([{ id: 2, name: "b", price: null }]);
  expect(await rows(0)).toEqual([{ id: 1, name: "a", price: null }]);
});

test("the thirteenth version is read from the checkpoint of the tenth", async () => {
  for (let id = 0; id < 13; id += 1) {
    await append(store, await write([{ id, name: "a" }]), { createIfMissing: { schema } });
  }

  const pointer = await readFile(join(folder, "_delta_log/_last_checkpoint"), "utf8");
  expect(JSON.parse(pointer)).toMatchObject({ version: 10, size: 13, numOfAddFiles: 11 });
  for (let version = 0; version <= 9; version += 1) {
    await rm(join(folder, `_delta_log/${String(version).padStart(20, "0")}.json`));
  }
  expect((await rows()).length).toBe(13);
});

async function write(values: readonly Record<string, unknown>[]): Promise<readonly AddFile[]> {
  const writer = new DataFileWriter(store, { schema });
  await writer.write(buildBatch(deltaToArrow(schema), values));
  return writer.close();
}

async function rows(version?: number): Promise<unknown[]> {
  const table = await DeltaTable.open(store, version === undefined ? {} : { version });
  const found: unknown[] = [];
  for await (const batch of table?.read() ?? []) {
    for (let row = 0; row < batch.numRows; row += 1) found.push(readValue(batch.data, row));
  }
  return found;
}
