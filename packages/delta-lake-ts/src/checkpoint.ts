import {
  Bool,
  type DataType,
  Field,
  Int32,
  Int64,
  List,
  Map_,
  type RecordBatch,
  Schema,
  Struct,
  Utf8,
} from "apache-arrow";
import type { AddFile, RemoveFile } from "./action.ts";
import { buildBatch } from "./arrow/build.ts";
import { openBlob } from "./blob.ts";
import { DeltaError } from "./error.ts";
import { encodeLastCheckpoint, readLastCheckpoint } from "./last-checkpoint.ts";
import { checkpointPath, LAST_CHECKPOINT_PATH } from "./log-path.ts";
import { readFooter } from "./parquet/decode.ts";
import { encodeParquet } from "./parquet/encode.ts";
import type { FullSnapshot } from "./snapshot.ts";
import type { ObjectStore } from "./store.ts";

/** Actions per Arrow batch: bounds what a checkpoint of a large table holds in memory. */
const BATCH_ACTIONS = 4096;

/** Encoded bytes that the writer holds before a row group goes out. */
const ROW_GROUP_BYTES = 4 * 1024 * 1024;

const texts = new List(new Field("element", new Utf8(), true));
const textMap = new Map_(
  new Field(
    "key_value",
    new Struct<{ key: Utf8; value: Utf8 }>([
      new Field("key", new Utf8(), false),
      new Field("value", new Utf8(), true),
    ]),
    false,
  ),
);
const deletionVector = struct({
  storageType: new Utf8(),
  pathOrInlineDv: new Utf8(),
  offset: new Int32(),
  sizeInBytes: new Int32(),
  cardinality: new Int64(),
});

/** Every field may be null at every level, whatever the table's schema says (delta.md §1.11). */
const CHECKPOINT_SCHEMA = new Schema(
  struct({
    protocol: struct({
      minReaderVersion: new Int32(),
      minWriterVersion: new Int32(),
      readerFeatures: texts,
      writerFeatures: texts,
    }),
    metaData: struct({
      id: new Utf8(),
      name: new Utf8(),
      description: new Utf8(),
      format: struct({ provider: new Utf8(), options: textMap }),
      schemaString: new Utf8(),
      partitionColumns: texts,
      configuration: textMap,
      createdTime: new Int64(),
    }),
    txn: struct({ appId: new Utf8(), version: new Int64(), lastUpdated: new Int64() }),
    domainMetadata: struct({ domain: new Utf8(), configuration: new Utf8(), removed: new Bool() }),
    add: struct({
      path: new Utf8(),
      partitionValues: textMap,
      size: new Int64(),
      modificationTime: new Int64(),
      dataChange: new Bool(),
      stats: new Utf8(),
      tags: textMap,
      deletionVector,
      baseRowId: new Int64(),
      defaultRowCommitVersion: new Int64(),
      clusteringProvider: new Utf8(),
    }),
    remove: struct({
      path: new Utf8(),
      deletionTimestamp: new Int64(),
      dataChange: new Bool(),
      extendedFileMetadata: new Bool(),
      partitionValues: textMap,
      size: new Int64(),
      deletionVector,
      baseRowId: new Int64(),
      defaultRowCommitVersion: new Int64(),
    }),
  }).children,
);

/**
 * Writes the checkpoint of a snapshot, reads its footer back, and only then points to it.
 * `nowMs` decides which tombstones are kept. Returns the number of rows.
 */
export async function writeCheckpoint(
  store: ObjectStore,
  snapshot: FullSnapshot,
  nowMs: number,
): Promise<number> {
  const path = checkpointPath(snapshot.version);
  const rowCount = countActions(snapshot, nowMs);
  const parts: Uint8Array[] = [];
  const batches = checkpointBatches(snapshot, nowMs);
  for await (const chunk of encodeParquet(batches, { rowGroupBytes: ROW_GROUP_BYTES })) {
    parts.push(chunk);
  }
  const bytes = Buffer.concat(parts);
  const written = await readFooter(new Blob([bytes]));
  if (written.rowCount !== rowCount) {
    throw new Error(`checkpoint ${path} has ${written.rowCount} rows, expected ${rowCount}`);
  }
  await store.put(path, bytes);
  await publishPointer(store, snapshot, { path, rowCount, sizeBytes: bytes.length });
  return rowCount;
}

/** A pointer that already names a newer checkpoint stays. */
async function publishPointer(
  store: ObjectStore,
  snapshot: FullSnapshot,
  written: { path: string; rowCount: number; sizeBytes: number },
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
    size: written.rowCount,
    sizeInBytes: written.sizeBytes,
    numOfAddFiles: snapshot.files.size,
  });
  await store.put(LAST_CHECKPOINT_PATH, pointer);
}

function countActions(snapshot: FullSnapshot, nowMs: number): number {
  let tombstoneCount = 0;
  for (const remove of snapshot.tombstones.values()) {
    if (isKept(remove, snapshot, nowMs)) tombstoneCount += 1;
  }
  const { transactions, domains, files } = snapshot;
  return 2 + transactions.size + domains.size + files.size + tombstoneCount;
}

function* checkpointBatches(snapshot: FullSnapshot, nowMs: number): Generator<RecordBatch> {
  let rows: Record<string, unknown>[] = [];
  for (const row of checkpointRows(snapshot, nowMs)) {
    rows.push(row);
    if (rows.length === BATCH_ACTIONS) {
      yield buildBatch(CHECKPOINT_SCHEMA, rows);
      rows = [];
    }
  }
  if (rows.length > 0) yield buildBatch(CHECKPOINT_SCHEMA, rows);
}

function* checkpointRows(
  snapshot: FullSnapshot,
  nowMs: number,
): Generator<Record<string, unknown>> {
  yield { protocol: snapshot.protocol };
  yield { metaData: snapshot.metadata };
  for (const txn of snapshot.transactions.values()) yield { txn };
  for (const domainMetadata of snapshot.domains.values()) yield { domainMetadata };
  for (const add of snapshot.files.values()) yield { add: checkpointAdd(add) };
  for (const remove of snapshot.tombstones.values()) {
    if (isKept(remove, snapshot, nowMs)) yield { remove: { ...remove, dataChange: false } };
  }
}

function checkpointAdd(add: AddFile): AddFile {
  return { ...add, dataChange: false };
}

/** A tombstone without a time counts as expired (PROTOCOL.md, "Action Reconciliation"). */
function isKept(remove: RemoveFile, snapshot: FullSnapshot, nowMs: number): boolean {
  return (remove.deletionTimestamp ?? 0) + snapshot.properties.tombstoneRetentionMs > nowMs;
}

function struct(fields: Readonly<Record<string, DataType>>): Struct {
  return new Struct(Object.entries(fields).map(([name, type]) => new Field(name, type, true)));
}
