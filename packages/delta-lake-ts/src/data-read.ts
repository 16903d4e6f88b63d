import {
  type Data,
  DataType,
  type Field,
  type RecordBatch,
  type Schema,
  TimeUnit,
} from "apache-arrow";
import type { AddFile } from "./action.ts";
import { createBatch } from "./arrow/batch.ts";
import { buildData } from "./arrow/build.ts";
import { conformBatch } from "./arrow/conform.ts";
import { takeRows } from "./arrow/take.ts";
import { arrowType, deltaToArrow } from "./arrow/type.ts";
import { openBlob } from "./blob.ts";
import { physicalName, physicalSchema, renameColumns } from "./column-mapping.ts";
import { readDeletionVector } from "./deletion-vector/read.ts";
import { DeltaError } from "./error.ts";
import { type DecodeOptions, openParquetReader, type ParquetReader } from "./parquet/decode.ts";
import { Int96Reader } from "./parquet/int96.ts";
import { decodePath, parsePartitionValue } from "./partition.ts";
import type { StructField, StructType } from "./schema.ts";
import type { BlobLike, ObjectStore } from "./store.ts";

/** What a read of one data file needs to know of its table. */
export interface FileReadOptions {
  /** The columns wanted, in the order wanted; partition columns may be among them. */
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  /** True when the table maps its columns to physical names. */
  readonly isMapped?: boolean;
  /** How the file's rows are decoded. */
  readonly decode?: Pick<DecodeOptions, "batchRows" | "scratch">;
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
  for await (const { batch, live } of readPhysicalRows(store, add, options)) {
    if (live === undefined) {
      yield batch;
      continue;
    }
    const rows: number[] = [];
    for (let row = 0; row < live.length; row += 1) if (live[row] === 1) rows.push(row);
    if (rows.length > 0) yield takeRows(batch, Int32Array.from(rows));
  }
}

/** Rows of a file as they lie there: deleted ones too, which `live` marks with 0; undefined when all are live. */
export interface PhysicalRows {
  readonly batch: RecordBatch;
  readonly live: Uint8Array | undefined;
}

/** Reads one live file as {@link readDataFile} does, with the rows that its deletion vector marks. */
export async function* readPhysicalRows(
  store: ObjectStore,
  add: AddFile,
  options: FileReadOptions,
): AsyncGenerator<PhysicalRows> {
  const file = await openDataFile(store, add);
  const reader = await openParquetReader(file);
  try {
    const live =
      add.deletionVector === undefined
        ? undefined
        : await readDeletionVector(store, add.deletionVector, reader.rowCount);
    let firstRow = 0;
    for await (const batch of readColumns({ file, reader, add, options })) {
      yield { batch, live: live?.subarray(firstRow, firstRow + batch.numRows) };
      firstRow += batch.numRows;
    }
  } finally {
    reader.close();
  }
}

async function* readColumns({
  file,
  reader,
  add,
  options,
}: {
  file: BlobLike;
  reader: ParquetReader;
  add: AddFile;
  options: FileReadOptions;
}): AsyncGenerator<RecordBatch> {
  const isPartition = new Set(options.partitionColumns);
  const wanted = new Set(
    options.schema.fields
      .filter(({ name }) => !isPartition.has(name))
      .map((field) => storedName(field, options).toLowerCase()),
  );
  const stored = reader.columns.filter((name) => wanted.has(name.toLowerCase()));
  const schema = deltaToArrow(options.schema);
  if (stored.length === 0) {
    const bare = createBatch(emptySchema(schema), [], reader.rowCount);
    yield conformFileBatch(bare, add, options, schema);
    return;
  }
  let firstRow = 0;
  let int96: Int96Reader | undefined;
  for await (const batch of reader.read({ ...options.decode, columns: stored })) {
    const suspects = nanosecondColumns(batch.schema, add);
    if (suspects.length > 0) int96 ??= await Int96Reader.open(file);
    const exact = await exactTimestamps(batch, suspects, { add, int96, firstRow });
    firstRow += batch.numRows;
    yield conformFileBatch(exact, add, options, schema);
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
  options: FileReadOptions,
  schema: Schema,
): RecordBatch {
  const { schema: deltaSchema, partitionColumns, isMapped } = options;
  const stored = isMapped === true ? deltaToArrow(physicalSchema(deltaSchema)) : schema;
  const physical = conformBatch(batch, stored, { isReading: true });
  const conformed = stored === schema ? physical : renameColumns(physical, schema);
  if (partitionColumns.length === 0) return conformed;
  const children = deltaSchema.fields.map((field, index): Data => {
    const data = conformed.data.children[index];
    if (data === undefined) throw new Error(`a conformed batch lacks column ${field.name}`);
    if (!partitionColumns.includes(field.name)) return data;
    return partitionData(add, field, storedName(field, options), batch.numRows);
  });
  return createBatch(schema, children, batch.numRows);
}

function storedName(field: StructField, { isMapped }: FileReadOptions): string {
  return isMapped === true ? physicalName(field) : field.name;
}

function partitionData(add: AddFile, field: StructField, name: string, rowCount: number): Data {
  const value = parsePartitionValue(field.type, add.partitionValues[name]);
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

/** Nanoseconds are what INT96 decodes to, wrapped around outside 1677–2262 (delta.md, fact 13): decoded anew. */
async function exactTimestamps(
  batch: RecordBatch,
  columns: readonly string[],
  { add, int96, firstRow }: { add: AddFile; int96: Int96Reader | undefined; firstRow: number },
): Promise<RecordBatch> {
  let exact = batch;
  for (const column of columns) {
    if (int96?.has(column) !== true) throw nanosecondRefusal(column, add);
    exact = await int96.replace(exact, column, firstRow);
  }
  return exact;
}

/** Top-level columns that came as nanoseconds; inside nested columns they are refused rather than guessed. */
function nanosecondColumns(schema: Schema, add: AddFile): string[] {
  return schema.fields.flatMap(({ name, type }) => {
    if (DataType.isTimestamp(type)) return type.unit === TimeUnit.NANOSECOND ? [name] : [];
    if (holdsNanoseconds(type)) throw nanosecondRefusal(name, add);
    return [];
  });
}

function holdsNanoseconds(type: DataType): boolean {
  if (DataType.isTimestamp(type)) return type.unit === TimeUnit.NANOSECOND;
  const children: readonly Field[] = type.children ?? [];
  return children.some((child) => holdsNanoseconds(child.type));
}

function nanosecondRefusal(column: string, add: AddFile): DeltaError {
  return new DeltaError(
    "E_DATA_FILE",
    `the file ${add.path} keeps column ${column} as nested INT96 or as nanoseconds, which is not supported`,
    {
      hint: "rewrite the table once with spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS",
    },
  );
}

function emptySchema(schema: Schema): Schema {
  return schema.select([]);
}
