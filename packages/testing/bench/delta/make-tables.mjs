// Makes the tables that are measured, once, below a cache folder; each measurement works on a copy of hard links.
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { append, DataFileWriter, LocalStore } from "delta-lake-ts";
import { ROW_SCHEMA, rowBatch } from "./rows.mjs";

const METADATA = {
  id: "5fba94ed-9794-4965-ba6e-6ee3c0d22af9",
  format: { provider: "parquet", options: {} },
  partitionColumns: [],
  configuration: {},
  createdTime: 1_767_225_600_000,
};

/** Makes the folder by `make` in a neighbour of it, so that a half-made one is never taken for whole. */
async function once(folder, make) {
  if (existsSync(folder)) return folder;
  await rm(`${folder}.making`, { recursive: true, force: true });
  await make(`${folder}.making`);
  await rename(`${folder}.making`, folder);
  return folder;
}

function addLine(commit, index) {
  const number = String(commit * 100_000 + index).padStart(12, "0");
  const bound = commit * 1000 + index;
  const stats = {
    numRecords: 1000,
    minValues: { id: bound, name: `name-${number}`, amount: bound / 4, at: "2026-01-01T00:00:00.000Z" },
    maxValues: { id: bound + 999, name: `name-${number}-z`, amount: bound / 2, at: "2026-01-02T00:00:00.000Z" },
    nullCount: { id: 0, name: 0, amount: 0, at: 0 },
  };
  const add = {
    path: `part-00000-${number.slice(0, 8)}-9794-4965-ba6e-${number}.c000.snappy.parquet`,
    partitionValues: {},
    size: 10_000 + index,
    modificationTime: 1_767_225_600_000 + commit,
    dataChange: true,
    stats: JSON.stringify(stats),
  };
  return JSON.stringify({ add });
}

/** A table of nothing but a log: `commits` versions of `filesEach` added files, without a checkpoint. */
export function logTable(cache, { commits, filesEach }) {
  return once(join(cache, `log-${commits}-${filesEach}`), async (folder) => {
    await mkdir(join(folder, "_delta_log"), { recursive: true });
    for (let commit = 0; commit < commits; commit += 1) {
      const lines = [
        JSON.stringify({ commitInfo: { timestamp: 1_767_225_600_000 + commit, operation: "WRITE", operationParameters: {} } }),
      ];
      if (commit === 0) {
        lines.push(JSON.stringify({ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }));
        lines.push(JSON.stringify({ metaData: { ...METADATA, schemaString: JSON.stringify(ROW_SCHEMA) } }));
      }
      for (let index = 0; index < filesEach; index += 1) lines.push(addLine(commit, index));
      const name = `${String(commit).padStart(20, "0")}.json`;
      await writeFile(join(folder, "_delta_log", name), `${lines.join("\n")}\n`);
    }
  });
}

/** A table of real rows: `files` files of `rowsEach` rows, keys ascending over the files. */
export function rowTable(cache, { files, rowsEach, configuration }) {
  const kind = configuration === undefined ? "rows" : "rows-with-vectors";
  return once(join(cache, `${kind}-${files}-${rowsEach}`), async (folder) => {
    const store = new LocalStore(folder);
    const writer = new DataFileWriter(store, { schema: ROW_SCHEMA });
    for (let file = 0; file < files; file += 1) {
      await writer.write(rowBatch(file * rowsEach, rowsEach, 1));
      await writer.roll();
    }
    await append(store, await writer.close(), {
      createIfMissing: { schema: ROW_SCHEMA },
      ...(configuration === undefined ? {} : { configuration }),
    });
  });
}
