import { type Data, DataType, type RecordBatch, type Schema, TimeUnit } from "apache-arrow";
import type { AddFile } from "./action.ts";
import { createBatch } from "./arrow/batch.ts";
import { buildData } from "./arrow/build.ts";
import { conformBatch } from "./arrow/conform.ts";
import { takeRows } from "./arrow/take.ts";
import { arrowType, deltaToArrow } from "./arrow/type.ts";
import { openBlob } from "./blob.ts";
import { readDeletionVector } from "./deletion-vector/read.ts";
import { DeltaError } from "./error.ts";
import { decodeParquet, readFooter } from "./parquet/decode.ts";
import { decodePath, parsePartitionValue } from "./partition.ts";
import type { StructField, StructType } from "./schema.ts";
import type { BlobLike, ObjectStore } from "./store.ts";

/** What a read of one data file needs to know of its table. */
export interface FileReadOptions {
  /** The columns wanted, in the order wanted; partition columns may be among them. */
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
}

/**
 * Reads one live file as batches of exactly the wanted columns: those that the file lacks are null, partition columns
 * come from the log, rows that a deletion vector marks are left out. Rows keep the file's order.
 */
export async function* readDataFile(
  store: ObjectStore,
  add: AddFile,
  options: FileReadOptions,
): AsyncGenerator<RecordBatch> {
  if (add.deletionVector === undefined) {
    yield* readPhysicalRows(store, add, options);
    return;
  }
  const { rowCount } = await readFooter(await openDataFile(store, add));
  const live = await readDeletionVector(store, add.deletionVector, rowCount);
  let firstRow = 0;
  for await (const batch of readPhysicalRows(store, add, options)) {
    const rows: number[] = [];
    for (let row = 0; row < batch.numRows; row += 1) if (live[firstRow + row] === 1) rows.push(row);
    firstRow += batch.numRows;
    if (rows.length > 0) yield takeRows(batch, Int32Array.from(rows));
  }
}

/** All rows that the file holds, deleted ones too. */
async function* readPhysicalRows(
  store: ObjectStore,
  add: AddFile,
  options: FileReadOptions,
): AsyncGenerator<RecordBatch> {
  const file = await openDataFile(store, add);
  const { rowCount, columns } = await readFooter(file);
  const isPartition = new Set(options.partitionColumns);
  const wanted = new Set(
    options.schema.fields
      .filter(({ name }) => !isPartition.has(name))
      .map(({ name }) => name.toLowerCase()),
  );
  const stored = columns.filter((name) => wanted.has(name.toLowerCase()));
  const schema = deltaToArrow(options.schema);
  if (stored.length === 0) {
    yield conformFileBatch(createBatch(emptySchema(schema), [], rowCount), add, options, schema);
    return;
  }
  for await (const batch of decodeParquet(file, { columns: stored })) {
    checkTimestamps(batch.schema, add);
    yield conformFileBatch(batch, add, options, schema);
  }
}

async function openDataFile(store: ObjectStore, add: AddFile): Promise<BlobLike> {
  const file = await openBlob(store, decodePath(add.path));
  if (file === undefined) {
    throw new DeltaError("E_DATA_FILE", `the data file ${add.path} is absent`, {
      hint: "it was deleted although the log names it: restore it, or check who vacuums this table",
    });
  }
  if (file.size !== add.size) {
    throw new DeltaError(
      "E_DATA_FILE",
      `the data file ${add.path} has ${file.size} bytes, the log says ${add.size}`,
    );
  }
  return file;
}

function conformFileBatch(
  batch: RecordBatch,
  add: AddFile,
  { schema: deltaSchema, partitionColumns }: FileReadOptions,
  schema: Schema,
): RecordBatch {
  const conformed = conformBatch(batch, schema, { isReading: true });
  if (partitionColumns.length === 0) return conformed;
  const children = deltaSchema.fields.map((field, index): Data => {
    const data = conformed.data.children[index];
    if (data === undefined) throw new Error(`a conformed batch lacks column ${field.name}`);
    return partitionColumns.includes(field.name) ? partitionData(add, field, batch.numRows) : data;
  });
  return createBatch(schema, children, batch.numRows);
}

function partitionData(add: AddFile, field: StructField, rowCount: number): Data {
  const value = parsePartitionValue(field.type, add.partitionValues[field.name]);
  if (value === undefined) {
    throw new DeltaError(
      "E_CORRUPT_LOG",
      `the file ${add.path} has a partition value of ${field.name} that is no value of its type`,
    );
  }
  return buildData(
    arrowType(field.type),
    Array.from({ length: rowCount }, () => value),
  );
}

/** Nanoseconds are what INT96 decodes to, wrapped around outside 1677–2262: refused rather than guessed (delta.md, fact 13). */
function checkTimestamps(schema: Schema, add: AddFile): void {
  for (const { name, type } of schema.fields) {
    if (DataType.isTimestamp(type) && type.unit === TimeUnit.NANOSECOND) {
      throw new DeltaError(
        "E_DATA_FILE",
        `the file ${add.path} keeps column ${name} as INT96 or nanoseconds, which is not supported`,
        {
          hint: "rewrite the table once with spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS",
        },
      );
    }
  }
}

function emptySchema(schema: Schema): Schema {
  return schema.select([]);
}
