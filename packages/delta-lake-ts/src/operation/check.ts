import type { AddFile } from "../action.ts";
import { openBlob } from "../blob.ts";
import { DeltaError } from "../error.ts";
import { readFooter } from "../parquet/decode.ts";
import { decodePath } from "../partition.ts";
import { type FullSnapshot, loadFullSnapshot } from "../snapshot.ts";
import { parseStatistics } from "../stats/parse.ts";
import type { ObjectStore } from "../store.ts";
import { readChecksum } from "../version-checksum.ts";
import { checkBounds } from "./check-bounds.ts";
import { checkLog } from "./check-log.ts";

/** What {@link check} looked at, and what is wrong. */
export interface CheckResult {
  readonly version: number;
  readonly fileCount: number;
  /** Sentences; empty when the table is whole. */
  readonly problems: readonly string[];
}

export interface CheckOptions {
  /** Also reads every row: the bounds of the log must contain its values. */
  readonly readsRows?: boolean;
}

/**
 * Holds a table against what its log promises: every live file is there, of its size, with its number of rows, and the
 * log contradicts itself nowhere.
 */
export async function check(store: ObjectStore, options: CheckOptions = {}): Promise<CheckResult> {
  const snapshot = await loadFullSnapshot(store);
  if (snapshot === undefined)
    throw new DeltaError("E_TABLE_NOT_FOUND", "there is no Delta table here");
  const problems = [...(await checkLog(store)), ...(await checkChecksum(store, snapshot))];
  for (const add of snapshot.files.values()) {
    const problem = await checkFile(store, add);
    if (problem !== undefined) problems.push(problem);
    else if (options.readsRows === true)
      problems.push(...(await checkBounds(store, snapshot, add)));
  }
  return { version: snapshot.version, fileCount: snapshot.files.size, problems };
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
