import { createReadStream, openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import { type RecordBatch, Vector } from "apache-arrow";
import { decodeParquet } from "delta-lake-ts/parquet";
import {
  type BatchMessage,
  type Column,
  type SchemaMessage,
  stringifyJson,
  UserError,
} from "singer-sdk-ts";
import { envelopeOf } from "singer-sdk-ts/batch";
import {
  arrowField,
  ColumnarReader,
  type ColumnarReaderOptions,
  type ReaderEvent,
  type RowBatch,
} from "singer-sdk-ts/columnar";
import { jsonValue } from "./arrow-json.ts";

/** What a stream's SCHEMA said. */
export type SchemaEvent = Extract<ReaderEvent, { type: "schema" }>;

/** Rows of BATCH files, records of them that fit no column, or how many were left out for their length. */
export type BatchEvent =
  | Extract<ReaderEvent, { type: "rows" | "reject" }>
  | { readonly type: "skipped"; readonly count: number };

const newline = 0x0a;
/** Records made from a Parquet file that is not like its stream's columns go through text in blocks of so many. */
const textRows = 1024;

/** The paths of a BATCH message's files; E_BATCH when one is not there, or can't be read from here. */
export async function batchPaths({ stream, manifest }: BatchMessage): Promise<readonly string[]> {
  const paths = manifest.map((place) => localPath(place, stream));
  for (const path of paths) {
    const isFile = await stat(path).then(
      (stats) => stats.isFile(),
      () => false,
    );
    if (isFile) continue;
    throw new UserError("E_BATCH", `stream ${stream}: the batch file ${path} is not there`, {
      hint: "tap and target must see `batch_config.storage.root` under the same path, and a file is loaded once",
    });
  }
  return paths;
}

/**
 * The rows of one BATCH file, as the same records would have come in RECORD messages: numbers keep their digits.
 * `firstRow` counts from 0 in each file.
 */
export async function* readBatchFile(
  path: string,
  message: BatchMessage,
  { schema, options }: { readonly schema: SchemaEvent; readonly options: ColumnarReaderOptions },
): AsyncGenerator<BatchEvent> {
  const { stream, encoding } = message;
  const compression = encoding.compression ?? "none";
  if (encoding.format === "parquet") {
    yield* readParquet(path, message, { schema, options });
  } else if (encoding.format === "jsonl" && ["none", "gzip"].includes(compression)) {
    yield* readLines(jsonLines(path, compression === "gzip"), message, { schema, options });
  } else {
    throw new UserError(
      "E_BATCH",
      `stream ${stream}: BATCH files in ${encoding.format} with compression ${compression} can't be read`,
      { hint: "set `batch_config.encoding` of the tap to jsonl, jsonl with gzip, or parquet" },
    );
  }
}

function localPath(place: string, stream: string): string {
  if (place.startsWith("file://")) return fileURLToPath(place);
  if (!/^[a-z][a-z0-9+]+:\/\//i.test(place)) return place;
  throw new UserError("E_BATCH", `stream ${stream}: the batch file ${place} is not a local one`, {
    hint: "set `batch_config.storage.root` of the tap to a folder",
  });
}

async function* jsonLines(path: string, isGzip: boolean): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 });
  const bytes = isGzip ? file.pipe(createGunzip({ chunkSize: 1024 * 1024 })) : file;
  file.on("error", (error) => bytes.destroy(error));
  try {
    // Without an encoding, a stream of bytes gives buffers.
    for await (const chunk of bytes) yield chunk as Buffer;
  } catch (cause) {
    throw new UserError("E_BATCH", `the batch file ${path} can't be read: ${String(cause)}`, {
      cause,
      hint: "the tap may have been killed while it wrote it; run the tap again",
    });
  }
}

/** Reads bare records as RECORD messages: the same scanner, checks and refusals. */
async function* readLines(
  blocks: AsyncIterable<Buffer>,
  message: BatchMessage,
  { schema, options }: { readonly schema: SchemaEvent; readonly options: ColumnarReaderOptions },
): AsyncGenerator<BatchEvent> {
  const reader = new ColumnarReader(recordLines(blocks, message, schema.message), options);
  let rejectCount = 0;
  for (let event = await reader.next(); event !== undefined; event = await reader.next()) {
    if (event.type === "rows") yield event;
    // The SCHEMA stands before the first record.
    else if (event.type === "reject") {
      rejectCount += 1;
      yield { ...event, lineNumber: event.lineNumber - 1 };
    }
  }
  const { stream } = message;
  const count = reader.recordCount(stream) - reader.rowCount(stream) - rejectCount;
  if (count > 0) yield { type: "skipped", count };
}

async function* recordLines(
  blocks: AsyncIterable<Buffer>,
  message: BatchMessage,
  schema: SchemaMessage,
): AsyncGenerator<Buffer> {
  yield Buffer.from(`${stringifyJson({ ...schema })}\n`);
  const { stream, version, time_extracted: timeExtracted } = message;
  const { head, tail } = envelopeOf({ stream, version, timeExtracted });
  let carried: Buffer | undefined;
  for await (const block of blocks) {
    const bytes = carried === undefined ? block : Buffer.concat([carried, block]);
    const parts: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      if (end > start) parts.push(head, bytes.subarray(start, end), tail);
      start = end + 1;
    }
    carried = start < bytes.length ? bytes.subarray(start) : undefined;
    if (parts.length > 0) yield Buffer.concat(parts);
  }
  if (carried !== undefined) yield Buffer.concat([head, carried, tail]);
}

/** A file whose columns are the stream's is taken as it is; the values of any other go through text. */
async function* readParquet(
  path: string,
  message: BatchMessage,
  { schema, options }: { readonly schema: SchemaEvent; readonly options: ColumnarReaderOptions },
): AsyncGenerator<BatchEvent> {
  const blob = await openAsBlob(path);
  let firstRow = 0;
  for await (const recordBatch of decodeParquet(blob, { batchRows: options.batchRows })) {
    if (options.timeExtracted !== true && isAlike(recordBatch, schema.columns)) {
      yield { type: "rows", batch: rowBatch(recordBatch, { message, schema, firstRow }) };
      firstRow += recordBatch.numRows;
    } else {
      for await (const event of readLines(textLines(recordBatch), message, { schema, options })) {
        if (event.type !== "rows") yield event;
        else {
          yield { ...event, batch: { ...event.batch, firstRow } };
          firstRow += event.batch.rowCount;
        }
      }
    }
  }
}

/** Whether the columns are the stream's, in name, order, type and nulls: our own taps write them so. */
function isAlike({ schema: { fields }, data }: RecordBatch, columns: readonly Column[]): boolean {
  return (
    fields.length === columns.length &&
    columns.every((column, index) => {
      const { name, type } = arrowField(column);
      const field = fields[index];
      const hasNulls = (data.children[index]?.nullCount ?? 0) > 0;
      return (
        field?.name === name &&
        String(field.type) === String(type) &&
        (column.nullable || !hasNulls)
      );
    })
  );
}

function rowBatch(
  recordBatch: RecordBatch,
  {
    message,
    schema,
    firstRow,
  }: {
    readonly message: BatchMessage;
    readonly schema: SchemaEvent;
    readonly firstRow: number;
  },
): RowBatch {
  return {
    stream: message.stream,
    schemaId: schema.schemaId,
    recordBatch,
    rowCount: recordBatch.numRows,
    sizeBytes: recordBatch.data.byteLength,
    firstRow,
    version: message.version,
    statistics: [],
  };
}

async function* textLines({ schema: { fields }, data, numRows }: RecordBatch) {
  const columns = fields.map(({ name }, index) => {
    const child = data.children[index];
    return { name, vector: new Vector(child === undefined ? [] : [child]) };
  });
  for (let first = 0; first < numRows; first += textRows) {
    const lines: string[] = [];
    for (let row = first; row < Math.min(numRows, first + textRows); row++) {
      const record = columns.map(({ name, vector }) => [name, jsonValue(vector, row)] as const);
      lines.push(`${stringifyJson(Object.fromEntries(record))}\n`);
    }
    yield Buffer.from(lines.join(""));
  }
}
