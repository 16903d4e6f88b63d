import type { RecordBatch } from "apache-arrow";
import type { AddFile, RemoveFile } from "./action.ts";
import { buildBatch } from "./arrow/build.ts";
import { bytesBlob, openBlob } from "./blob.ts";
import { CHECKPOINT_SCHEMA } from "./checkpoint-schema.ts";
import { DeltaError } from "./error.ts";
import { streamFiles } from "./file-stream.ts";
import { encodeLastCheckpoint, readLastCheckpoint } from "./last-checkpoint.ts";
import { checkpointPath, checksumPath, LAST_CHECKPOINT_PATH, temporaryPath } from "./log-path.ts";
import { readFooter } from "./parquet/decode.ts";
import { encodeParquet } from "./parquet/encode.ts";
import type { Runtime } from "./runtime.ts";
import { loadSegment, type Snapshot } from "./snapshot.ts";
import type { BlobLike, ObjectStore } from "./store.ts";
import { checksumOf, writeChecksum } from "./version-checksum.ts";

/** Actions per Arrow batch: bounds what a checkpoint of a large table holds in memory. */
const BATCH_ACTIONS = 4096;

/** What the writer holds before a row group goes out. */
const ROW_GROUP = { rowGroupBytes: 4 * 1024 * 1024, rowGroupRows: 32_768 };

/** A checkpoint of more bytes than this is not held in memory. */
const HELD_BYTES_MAX = 8 * 1024 * 1024;

/** What went into a checkpoint so far. */
interface Counts {
  rows: number;
  adds: number;
  /** Bytes of the added files. */
  addedBytes: number;
}

/**
 * Writes the checkpoint of a version from the log itself, reads its footer back, and only then points to it. Files
 * stream through in row groups: memory does not grow with them but for their keys. The clock decides which tombstones
 * are kept. Returns the number of rows; undefined when there is no table.
 */
export async function writeCheckpoint(
  store: ObjectStore,
  options: { version?: number; runtime: Runtime },
): Promise<number | undefined> {
  const loaded = await loadSegment(store, options);
  if (loaded === undefined) return undefined;
  const { snapshot, segment } = loaded;
  const path = checkpointPath(snapshot.version);
  const counts: Counts = { rows: 0, adds: 0, addedBytes: 0 };
  const rows = checkpointRows(snapshot, streamFiles(store, segment), options.runtime.now(), counts);
  const chunks = encodeParquet(batchesOf(rows), ROW_GROUP);
  const temporary = temporaryPath(path, options.runtime.uuid());
  const sizeBytes = await publish(store, { path, temporary, counts }, chunks);
  await publishPointer(store, snapshot, { path, counts, sizeBytes });
  await publishChecksum(store, snapshot, counts);
  return counts.rows;
}

/**
 * Puts the checkpoint under its name when its footer has as many rows as were meant, and returns its size. A small one
 * goes there in one step; a large one is streamed to a name that no reader looks at, and moved.
 */
async function publish(
  store: ObjectStore,
  { path, temporary, counts }: { path: string; temporary: string; counts: Readonly<Counts> },
  chunks: AsyncGenerator<Uint8Array>,
): Promise<number> {
  const parts: Uint8Array[] = [];
  let heldBytes = 0;
  let next = await chunks.next();
  for (; next.done !== true && heldBytes < HELD_BYTES_MAX; next = await chunks.next()) {
    parts.push(next.value);
    heldBytes += next.value.length;
  }
  if (next.done === true) {
    const bytes = Buffer.concat(parts);
    await checkRowCount(bytesBlob(bytes), path, counts);
    await store.put(path, bytes);
    return bytes.length;
  }
  const last = next.value;
  const all = async function* (): AsyncGenerator<Uint8Array> {
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) yield part;
    yield last;
    yield* chunks;
  };
  try {
    const sizeBytes = await store.write(temporary, all());
    const blob = await openBlob(store, temporary);
    if (blob?.size !== sizeBytes) {
      throw new DeltaError("E_STORE", `the checkpoint ${temporary} is not in the store as written`);
    }
    await checkRowCount(blob, path, counts);
    await store.move(temporary, path);
    return sizeBytes;
  } catch (error) {
    await store.delete(temporary).catch(() => undefined);
    throw error;
  }
}

async function checkRowCount(
  file: BlobLike,
  path: string,
  counts: Readonly<Counts>,
): Promise<void> {
  const { rowCount } = await readFooter(file);
  if (rowCount === counts.rows) return;
  throw new Error(`checkpoint ${path} has ${rowCount} rows, expected ${counts.rows}`);
}

/** A pointer that already names a newer checkpoint stays. */
async function publishPointer(
  store: ObjectStore,
  snapshot: Snapshot,
  written: { path: string; counts: Readonly<Counts>; sizeBytes: number },
): Promise<void> {
  const blob = await openBlob(store, written.path);
  if (blob === undefined || blob.size !== written.sizeBytes) {
    throw new DeltaError(
      "E_STORE",
      `the checkpoint ${written.path} is not in the store as written`,
    );
  }
  const current = await readLastCheckpoint(store);
  if (current !== undefined && current > snapshot.version) return;
  const pointer = encodeLastCheckpoint({
    version: snapshot.version,
    size: written.counts.rows,
    sizeInBytes: written.sizeBytes,
    numOfAddFiles: written.counts.adds,
  });
  await store.put(LAST_CHECKPOINT_PATH, pointer);
}

/** Every file was counted: where the chain of checksums was torn, it begins again here. */
async function publishChecksum(
  store: ObjectStore,
  snapshot: Snapshot,
  { adds, addedBytes }: Readonly<Counts>,
): Promise<void> {
  const { version, lastInfo, properties } = snapshot;
  if (properties.usesInCommitTimestamps && lastInfo?.inCommitTimestamp === undefined) return;
  if ((await store.head(checksumPath(version))) !== undefined) return;
  const counts = { fileCount: adds, tableSizeBytes: addedBytes };
  await writeChecksum(store, version, checksumOf(snapshot, counts));
}

async function* batchesOf(
  rows: AsyncIterable<readonly Record<string, unknown>[]>,
): AsyncGenerator<RecordBatch> {
  let waiting: Record<string, unknown>[] = [];
  for await (const some of rows) {
    for (const row of some) {
      waiting.push(row);
      if (waiting.length < BATCH_ACTIONS) continue;
      yield buildBatch(CHECKPOINT_SCHEMA, waiting);
      waiting = [];
    }
  }
  if (waiting.length > 0) yield buildBatch(CHECKPOINT_SCHEMA, waiting);
}

async function* checkpointRows(
  snapshot: Snapshot,
  files: ReturnType<typeof streamFiles>,
  nowMs: number,
  counts: Counts,
): AsyncGenerator<Record<string, unknown>[]> {
  const state: Record<string, unknown>[] = [
    { protocol: snapshot.protocol },
    { metaData: snapshot.metadata },
    ...[...snapshot.transactions.values()].map((txn) => ({ txn })),
    ...[...snapshot.domains.values()].map((domainMetadata) => ({ domainMetadata })),
  ];
  counts.rows += state.length;
  yield state;
  for await (const batch of files) {
    const rows: Record<string, unknown>[] = [];
    for (const file of batch) {
      if (file.type === "add") {
        counts.adds += 1;
        counts.addedBytes += file.add.size;
        rows.push({ add: checkpointAdd(file.add) });
      } else if (isKept(file.remove, snapshot, nowMs)) {
        rows.push({ remove: { ...file.remove, dataChange: false } });
      }
    }
    counts.rows += rows.length;
    yield rows;
  }
}

function checkpointAdd(add: AddFile): AddFile {
  return { ...add, dataChange: false };
}

/** A tombstone without a time counts as expired (PROTOCOL.md, "Action Reconciliation"). */
function isKept(remove: RemoveFile, snapshot: Snapshot, nowMs: number): boolean {
  return (remove.deletionTimestamp ?? 0) + snapshot.properties.tombstoneRetentionMs > nowMs;
}
