// Loads a table and is killed at the file operation that CRASH_AT numbers. Each step that was acknowledged is a line on stdout.
import { writeSync } from "node:fs";
import { append, buildBatch, checkpoint, DataFileWriter, deltaToArrow, LocalStore, merge, optimize, overwrite, vacuum } from "delta-lake-ts";
import { nodeFileSystem } from "delta-lake-ts/sim";

const [folder] = process.argv.slice(2);
const crashAt = Number(process.env.CRASH_AT ?? Number.POSITIVE_INFINITY);
let operations = 0;

/** Counts every call of the disk and of its open files; the process is gone before the one that is its turn. */
function counted(target) {
  return new Proxy(target, {
    get(object, name) {
      const method = object[name];
      if (typeof method !== "function") return method;
      return async (...args) => {
        operations += 1;
        if (operations >= crashAt) {
          process.kill(process.pid, "SIGKILL");
          await new Promise(() => {});
        }
        const result = await method.apply(object, args);
        return name === "open" ? counted(result) : result;
      };
    },
  });
}

const fileSystem = counted(nodeFileSystem);
const store = new LocalStore(folder, { fileSystem });
const field = (name, type) => ({ name, type, nullable: true, metadata: {} });
const schema = { type: "struct", fields: [field("id", "long"), field("v", "string")] };
const configuration = {
  "delta.checkpointInterval": "2",
  ...(process.env.VECTORS === "1" ? { "delta.enableDeletionVectors": "true" } : {}),
};
const batch = (rows) => buildBatch(deltaToArrow(schema), rows);

async function write(rows) {
  const writer = new DataFileWriter(store, { schema });
  await writer.write(batch(rows));
  return writer.close();
}

async function add(rows) {
  await append(store, await write(rows), { createIfMissing: { schema }, configuration });
}

async function upsert(rows) {
  const deleteWhen = (_batch, row) => rows[row].v === "gone";
  await merge(store, { source: [batch(rows)], keys: ["id"], mode: "upsert", deleteWhen });
}

const steps = [
  () => add([{ id: 1, v: "a" }, { id: 2, v: "a" }]),
  () => add([{ id: 3, v: "a" }, { id: 4, v: "a" }]),
  () => upsert([{ id: 2, v: "b" }, { id: 5, v: "b" }]),
  () => optimize(store),
  () => add([{ id: 6, v: "c" }]),
  () => upsert([{ id: 1, v: "gone" }, { id: 6, v: "d" }]),
  () => checkpoint(store),
  () => vacuum(store, { dryRun: false, retentionHours: 0, allowsShortRetention: true }),
  async () => overwrite(store, await write([{ id: 7, v: "e" }])),
];
for (const [index, step] of steps.entries()) {
  try {
    await step();
  } catch (error) {
    // A full disk is an error with a code; the process ends by itself.
    writeSync(1, `failed ${error.code} ${error.message}\n`);
    process.exit(1);
  }
  writeSync(1, `done ${index + 1}\n`);
}
writeSync(1, `operations ${operations}\n`);
