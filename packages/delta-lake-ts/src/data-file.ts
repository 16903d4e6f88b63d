import type { RecordBatch, Schema } from "apache-arrow";
import type { AddFile, PartitionValues } from "./action.ts";
import { conformBatch } from "./arrow/conform.ts";
import { deltaToArrow } from "./arrow/type.ts";
import { fillDefaults } from "./column-default.ts";
import { isMapped, mapColumns, physicalSchema, renameColumns } from "./column-mapping.ts";
import type { EncodeWorker } from "./encode-worker/encode-worker.ts";
import { type FileEncoder, LocalEncoder } from "./file-encoder.ts";
import type { Compression } from "./parquet/encode.ts";
import { decodePath, encodePath, hiveFolder } from "./partition.ts";
import { parseProperties } from "./property.ts";
import { type Runtime, systemRuntime } from "./runtime.ts";
import { findField, type StructType } from "./schema.ts";
import { splitByPartition } from "./split.ts";
import { chooseStatistics, type StatisticsChoice } from "./stats/choice.ts";
import { nanColumns } from "./stats/nan.ts";
import type { ObjectStore } from "./store.ts";

/** delta.md §1.18. */
const FILE_SIZE_BYTES = 128 * 1024 * 1024;
/** More partitions than this are not kept open at once: the fullest file is closed first. */
const OPEN_FILES_MAX = 64;
/** A smaller first batch of a file is not worth starting a thread for. */
const LARGE_BATCH_BYTES = 1024 * 1024;
/** Parquet bytes an Arrow byte becomes, assumed until a row group of the file is encoded. */
const RATIO_GUESS = 0.5;

export interface DataFileOptions {
  /** The table's schema, partition columns included. */
  readonly schema: StructType;
  readonly partitionColumns?: readonly string[];
  readonly compression?: Compression;
  /** A file is closed when it is about this large. Default: 128 MiB. */
  readonly fileSizeBytes?: number;
  /** Bytes after which a row group ends: it is held in memory until then. Default: 32 MiB. */
  readonly rowGroupBytes?: number;
  /** Folder under the table's root, for staging; default: the root itself. */
  readonly folder?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * The table's properties: those about statistics and column mapping are followed. Where the table is made by the commit
   * that names the files, give the same ones there.
   */
  readonly configuration?: Readonly<Record<string, string>>;
  readonly runtime?: Runtime;
  /** A thread that encodes files which begin with a large batch, and all files once it runs. */
  readonly encodeWorker?: EncodeWorker;
}

/** One file that takes rows. */
interface OpenFile {
  readonly key: string;
  readonly partitionValues: PartitionValues;
  readonly encoder: FileEncoder;
  readonly size: Promise<number>;
  /** Bytes of Arrow data given to the encoder. */
  inputBytes: number;
}

/**
 * Writes Parquet data files for one table. Rows are routed to Hive folders by partition, a file is closed at its target
 * size, and statistics are taken from the very batches that are encoded. Nothing is visible before a commit names the files.
 */
export class DataFileWriter {
  readonly #store: ObjectStore;
  readonly #options: DataFileOptions;
  readonly #runtime: Runtime;
  readonly #arrowSchema: Schema;
  readonly #fileSchema: StructType;
  /** The file's columns under their physical names; undefined without column mapping. */
  readonly #physicalSchema: Schema | undefined;
  readonly #statistics: StatisticsChoice;
  readonly #open = new Map<string, OpenFile>();
  readonly #added: AddFile[] = [];
  /** Columns that held a NaN: their files carry no bounds in the footer (delta.md §1.7). */
  readonly #unbounded = new Set<string>();

  constructor(store: ObjectStore, options: DataFileOptions) {
    this.#store = store;
    this.#options = options;
    this.#runtime = options.runtime ?? systemRuntime;
    const { partitionColumns = [], configuration = {} } = options;
    const { schema } = mapColumns(options.schema, configuration);
    this.#arrowSchema = deltaToArrow(schema);
    const partitionNames = new Set(partitionColumns.map((name) => findField(schema, name)?.name));
    const fields = schema.fields.filter(({ name }) => !partitionNames.has(name));
    const fileSchema: StructType = { type: "struct", fields };
    const hasMapping = isMapped(configuration);
    this.#statistics = chooseStatistics(parseProperties(configuration), fileSchema, {
      isMapped: hasMapping,
    });
    this.#fileSchema = hasMapping ? physicalSchema(fileSchema) : fileSchema;
    this.#physicalSchema = hasMapping ? deltaToArrow(this.#fileSchema) : undefined;
  }

  /** About how many bytes of memory the files that take rows now hold: their unfinished row groups. */
  get heldBytes(): number {
    let bytes = 0;
    for (const { encoder } of this.#open.values()) bytes += encoder.heldBytes;
    return bytes * RATIO_GUESS;
  }

  /** Takes the rows in; the batch's buffers may be reused when this resolves. */
  async write(batch: RecordBatch): Promise<void> {
    if (batch.numRows === 0) return;
    const conformed = conformBatch(fillDefaults(batch, this.#options.schema), this.#arrowSchema);
    const { schema, partitionColumns = [] } = this.#options;
    for (const part of splitByPartition(conformed, schema, partitionColumns)) {
      const physical = this.#physicalSchema;
      const stored = physical === undefined ? part.batch : renameColumns(part.batch, physical);
      await this.#writePart(stored, part.partitionValues);
    }
  }

  /** Closes the files that take rows now, if they hold at least this share of the target size; later rows go to new ones. */
  async roll(shareMin = 0): Promise<void> {
    for (const file of this.#open.values()) {
      const isFull = shareMin === 0 || estimateSize(file) >= shareMin * this.#fileSizeBytes();
      if (isFull) await this.#closeFile(file);
    }
  }

  /** Finishes every file; they are durable when this resolves. The writer must not be used after it. */
  async close(): Promise<readonly AddFile[]> {
    await this.roll();
    return this.#added;
  }

  /** Gives up: unfinished files are abandoned and finished ones deleted. Only before a commit was tried. */
  async abort(): Promise<void> {
    for (const file of this.#open.values()) {
      file.encoder.abort(new Error("the data file was abandoned"));
      await file.size.catch(() => undefined);
    }
    this.#open.clear();
    for (const { path } of this.#added) await this.#store.delete(decodePath(path));
  }

  async #writePart(batch: RecordBatch, partitionValues: PartitionValues): Promise<void> {
    const folder = hiveFolder(this.#options.partitionColumns ?? [], partitionValues);
    const newColumns = nanColumns(batch).filter((column) => !this.#unbounded.has(column));
    if (newColumns.length > 0) {
      for (const column of newColumns) this.#unbounded.add(column);
      await this.roll();
    }
    const isLarge = batch.data.byteLength >= LARGE_BATCH_BYTES;
    const file =
      this.#open.get(folder) ?? (await this.#openFile(folder, { partitionValues, isLarge }));
    await writeTo(file, batch);
    file.inputBytes = file.encoder.inputBytes;
    if (estimateSize(file) >= this.#fileSizeBytes()) await this.#closeFile(file);
  }

  async #openFile(
    folder: string,
    { partitionValues, isLarge }: Pick<OpenFile, "partitionValues"> & { readonly isLarge: boolean },
  ): Promise<OpenFile> {
    if (this.#open.size >= OPEN_FILES_MAX) {
      const [fullest] = [...this.#open.values()].toSorted((a, b) => b.inputBytes - a.inputBytes);
      if (fullest !== undefined) await this.#closeFile(fullest);
    }
    const { compression = "snappy", rowGroupBytes, folder: parent, encodeWorker } = this.#options;
    const codec = compression === "none" ? "" : `.${compression}`;
    const name = `part-00000-${this.#runtime.uuid()}.c000${codec}.parquet`;
    const key = `${parent === undefined ? "" : `${parent.replace(/\/$/, "")}/`}${folder}${name}`;
    const options = {
      parquet: {
        compression,
        unboundedColumns: [...this.#unbounded],
        ...(rowGroupBytes === undefined ? {} : { rowGroupBytes }),
      },
      schema: this.#fileSchema,
      statistics: this.#statistics,
    };
    const worker = isLarge || encodeWorker?.isStarted === true ? encodeWorker : undefined;
    const encoder = worker?.open(options) ?? new LocalEncoder(options);
    const size = this.#store.write(key, encoder.output);
    // A failure is seen by the next write or close; until then it must not end the process.
    size.catch(() => undefined);
    const file = { key, partitionValues, encoder, size, inputBytes: 0 };
    this.#open.set(folder, file);
    return file;
  }

  async #closeFile(file: OpenFile): Promise<void> {
    for (const [folder, open] of this.#open) if (open === file) this.#open.delete(folder);
    file.encoder.close();
    const size = await file.size;
    const { tags } = this.#options;
    this.#added.push({
      path: encodePath(file.key),
      partitionValues: file.partitionValues,
      size,
      modificationTime: this.#runtime.now(),
      dataChange: true,
      stats: file.encoder.statistics(),
      ...(tags === undefined ? {} : { tags }),
    });
  }

  #fileSizeBytes(): number {
    return this.#options.fileSizeBytes ?? FILE_SIZE_BYTES;
  }
}

/** Bytes the file has now: what was encoded, and what waits in the encoder at the ratio seen so far. */
function estimateSize(file: OpenFile): number {
  const { inputBytes, outputBytes } = file.encoder;
  if (outputBytes === 0) return inputBytes * RATIO_GUESS;
  return outputBytes;
}

/** A store that fails says why; the encoder only knows that nobody reads on. */
async function writeTo(file: OpenFile, batch: RecordBatch): Promise<void> {
  try {
    await Promise.race([file.encoder.write(batch), failureOf(file.size)]);
  } catch (error) {
    await file.size;
    throw error;
  }
}

async function failureOf(size: Promise<number>): Promise<never> {
  await size;
  throw new Error("a data file ended before its last row");
}
