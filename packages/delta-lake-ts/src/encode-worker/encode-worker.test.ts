import { execFileSync } from "node:child_process";
import { afterAll, expect, test } from "@jest/globals";
import { DataFileWriter } from "../data-file.ts";
import { append } from "../operation/append.ts";
import { MemoryStore } from "../store/memory.ts";
import { batchOf, readRows, schemaOf } from "../table-fixture.test.support.ts";
import { EncodeWorker } from "./encode-worker.ts";

const schema = schemaOf({ id: "long!", name: "string", x: "double", d: "decimal(38,6)" });
const encodeWorker = new EncodeWorker();
const idle = new EncodeWorker();

afterAll(async () => {
  await Promise.all([encodeWorker.close(), idle.close()]);
});

function rows(first: number, count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => ({
    id: first + index,
    name: index % 7 === 0 ? null : `name ${index % 100}`,
    x: index / 4,
    d: BigInt(index) * 10n ** 20n,
  }));
}

test("the thread makes the files and statistics that the caller's own thread makes", async () => {
  const stores = { here: new MemoryStore(), there: new MemoryStore() };
  const options = { schema };
  const writers = [
    new DataFileWriter(stores.here, options),
    new DataFileWriter(stores.there, { ...options, encodeWorker }),
  ];

  const [here = [], there = []] = await Promise.all(
    writers.map(async (writer) => {
      for (let part = 0; part < 3; part += 1)
        await writer.write(batchOf(schema, rows(part * 25_000, 25_000)));
      return await writer.close();
    }),
  );

  expect(encodeWorker.isStarted).toBe(true);
  expect(encodeWorker.inFlightBytes).toBe(0);
  expect(new Set(there.map(({ stats }) => stats))).toEqual(new Set(here.map(({ stats }) => stats)));
  expect(total(there)).toBe(75_000);
  expect(total(here)).toBe(75_000);
  await append(stores.there, there, { createIfMissing: { schema } });
  await append(stores.here, here, { createIfMissing: { schema } });
  expect(await readRows(stores.there)).toEqual(await readRows(stores.here));
});

function total(files: readonly { readonly stats?: string }[]): number {
  return files.reduce(
    (sum, { stats }) => sum + Number(/"numRecords":(\d+)/.exec(stats ?? "")?.[1]),
    0,
  );
}

test("a small file does not start the thread", async () => {
  const writer = new DataFileWriter(new MemoryStore(), { schema, encodeWorker: idle });

  await writer.write(batchOf(schema, rows(0, 10)));
  await writer.close();

  expect(idle.isStarted).toBe(false);
});

test("a store that fails ends the writing with its own error", async () => {
  class FullStore extends MemoryStore {
    override async write(_path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
      for await (const _ of chunks) throw new Error("no space left");
      return 0;
    }
  }
  const writer = new DataFileWriter(new FullStore(), { schema, encodeWorker });

  await writer.write(batchOf(schema, rows(0, 25_000)));

  await expect(writer.close()).rejects.toThrow("no space left");
});

test("files that the thread has not finished fail when it is closed", async () => {
  const worker = new EncodeWorker();
  const writer = new DataFileWriter(new MemoryStore(), { schema, encodeWorker: worker });
  await writer.write(batchOf(schema, rows(0, 25_000)));

  await worker.close();

  await expect(writer.close()).rejects.toThrow("the encoding thread was closed");
});

test("an abandoned file leaves nothing, and the thread goes on with others", async () => {
  const store = new MemoryStore();
  const abandoned = new DataFileWriter(store, { schema, encodeWorker });
  await abandoned.write(batchOf(schema, rows(0, 25_000)));

  await abandoned.abort();
  const writer = new DataFileWriter(store, { schema, encodeWorker });
  await writer.write(batchOf(schema, rows(0, 25_000)));
  const files = await writer.close();

  expect([...store.objects.keys()]).toEqual(files.map(({ path }) => path));
});

test("a process whose only work is a file in the thread waits for it", () => {
  const script = `
    import { buildBatch, DataFileWriter, deltaToArrow, EncodeWorker, MemoryStore } from "${new URL("../index.ts", import.meta.url).href}";
    const schema = { type: "struct", fields: [{ name: "id", type: "long", nullable: false, metadata: {} }] };
    const rows = Array.from({ length: 150_000 }, (_, id) => ({ id }));
    const writer = new DataFileWriter(new MemoryStore(), { schema, encodeWorker: new EncodeWorker() });
    await writer.write(buildBatch(deltaToArrow(schema), rows));
    console.log((await writer.close()).length);
  `;

  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
  });

  expect(output).toBe("1\n");
});
