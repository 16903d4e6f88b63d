import type { AddFile } from "../action.ts";
import { openBlob } from "../blob.ts";
import { DeltaError } from "../error.ts";
import { readLastCheckpoint } from "../last-checkpoint.ts";
import { checkpointPath } from "../log-path.ts";
import { readFooter } from "../parquet/decode.ts";
import { decodePath } from "../partition.ts";
import { type FullSnapshot, loadFullSnapshot } from "../snapshot.ts";
import { parseStatistics } from "../stats/parse.ts";
import type { ObjectStore } from "../store.ts";
import { readChecksum } from "../version-checksum.ts";

/** What {@link check} looked at, and what is wrong. */
export interface CheckResult {
  readonly version: number;
  readonly fileCount: number;
  /** Sentences; empty when the table is whole. */
  readonly problems: readonly string[];
}

/** Holds a table against what its log promises: every live file is there, of its size, with its number of rows. */
export async function check(store: ObjectStore): Promise<CheckResult> {
  const snapshot = await loadFullSnapshot(store);
  if (snapshot === undefined)
    throw new DeltaError("E_TABLE_NOT_FOUND", "there is no Delta table here");
  const problems: string[] = [...(await checkLog(store, snapshot))];
  for (const add of snapshot.files.values()) {
    const problem = await checkFile(store, add);
    if (problem !== undefined) problems.push(problem);
  }
  return { version: snapshot.version, fileCount: snapshot.files.size, problems };
}

async function checkLog(store: ObjectStore, snapshot: FullSnapshot): Promise<string[]> {
  const problems = snapshot.emptyVersions.map(
    (version) => `version ${version} of the log is an empty file`,
  );
  const pointer = await readLastCheckpoint(store);
  if (pointer !== undefined && (await store.head(checkpointPath(pointer))) === undefined) {
    problems.push(`_last_checkpoint names version ${pointer}, which has no checkpoint file`);
  }
  return [...problems, ...(await checkChecksum(store, snapshot))];
}

/** The version's `.crc`, where there is one, must say what the log says: Spark refuses a table where it does not. */
async function checkChecksum(store: ObjectStore, snapshot: FullSnapshot): Promise<string[]> {
  const { version, files, protocol, metadata } = snapshot;
  const checksum = await readChecksum(store, version);
  if (checksum === undefined) return [];
  let sizeBytes = 0;
  for (const { size } of files.values()) sizeBytes += size;
  const facts: [string, unknown, unknown][] = [
    ["files", checksum.fileCount, files.size],
    ["bytes", checksum.tableSizeBytes, sizeBytes],
    ["table id", checksum.metadata.id, metadata.id],
    ["schema", checksum.metadata.schemaString, metadata.schemaString],
    ["writer version", checksum.protocol.minWriterVersion, protocol.minWriterVersion],
  ];
  return facts
    .filter(([, found, expected]) => found !== expected)
    .map(
      ([what, found, expected]) =>
        `the checksum of version ${version} has as ${what} ${String(found)}, the log says ${String(expected)}`,
    );
}

async function checkFile(store: ObjectStore, add: AddFile): Promise<string | undefined> {
  const file = await openBlob(store, decodePath(add.path));
  if (file === undefined) return `the data file ${add.path} is absent`;
  if (file.size !== add.size)
    return `the data file ${add.path} has ${file.size} bytes, the log says ${add.size}`;
  const { rowCount } = await readFooter(file);
  const { rowCount: expected } = parseStatistics(add.stats);
  if (expected === undefined || expected === rowCount) return undefined;
  return `the data file ${add.path} has ${rowCount} rows, the log says ${expected}`;
}
