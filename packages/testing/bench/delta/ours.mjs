// delta-lake-ts as a worker: one JSON request a line in, one answer with its milliseconds a line out.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { append, checkpoint, DataFileWriter, DeltaTable, EncodeWorker, LocalStore, MemoryStore, merge } from "delta-lake-ts";
import { ROW_SCHEMA, rowBatch } from "./rows.mjs";

/** One for all merges, as in a process that loads a table again and again. */
const encodeWorker = new EncodeWorker();

const work = {
  async open({ path }) {
    const start = performance.now();
    const table = await DeltaTable.open(new LocalStore(path));
    return { ms: performance.now() - start, check: table.fileCount };
  },
  async append({ path, salt }) {
    const batch = rowBatch(0, 1000, 1, salt);
    const start = performance.now();
    const store = new LocalStore(path);
    const writer = new DataFileWriter(store, { schema: ROW_SCHEMA });
    await writer.write(batch);
    await append(store, await writer.close());
    return { ms: performance.now() - start };
  },
  async checkpoint({ path }) {
    const start = performance.now();
    await checkpoint(new LocalStore(path));
    return { ms: performance.now() - start };
  },
  async merge({ path, first, count, step, salt, vectors }) {
    const source = [rowBatch(first, count, step, salt)];
    const start = performance.now();
    const counts = await merge(new LocalStore(path), { source, keys: ["id"], mode: "upsert", usesDeletionVectors: vectors === true, encodeWorker });
    return { ms: performance.now() - start, check: counts.updated };
  },
};

// The encoder's module is compiled before the clock runs, as Python's import is.
await new DataFileWriter(new MemoryStore(), { schema: ROW_SCHEMA }).write(rowBatch(0, 1, 1));
for await (const line of createInterface({ input: process.stdin })) {
  const { op, ...options } = JSON.parse(line);
  const answer = await work[op](options);
  const peakMb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
  process.stdout.write(`${JSON.stringify({ ...answer, peakMb })}\n`);
}
