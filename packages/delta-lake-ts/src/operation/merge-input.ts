import { type RecordBatch, Table, tableFromIPC, tableToIPC } from "apache-arrow";
import { conformBatch } from "../arrow/conform.ts";
import { hashKeys, keyColumn } from "../arrow/key-column.ts";
import { KeyIndex } from "../arrow/key-index.ts";
import { RowRuns } from "../arrow/row-runs.ts";
import { takeRuns } from "../arrow/take.ts";
import { deltaToArrow } from "../arrow/type.ts";
import { fillDefaults } from "../column-default.ts";
import type { StructType } from "../schema.ts";
import { type Segment, SpillFile } from "../store/spill-file.ts";
import { keyFields, type SourceRows } from "./merge-source.ts";

export interface MergeInputOptions {
  readonly source: Iterable<RecordBatch> | AsyncIterable<RecordBatch>;
  readonly keys: readonly string[];
  readonly deleteWhen?: (batch: RecordBatch, row: number) => boolean;
  readonly memoryBytes?: number;
  readonly spillFolder?: string;
}

const MEMORY_BYTES = 256 * 1024 * 1024;
/** What the index of the keys, and the fates of their rows, take of a row. */
const INDEX_ROW_BYTES = 32;
/** Parts that a source is divided into when it does not fit; a part that does not fit either is divided again. */
const PART_COUNT = 64;

/** Slices of a part are not of one size: they get this much room. */
const SLICE_MARGIN = 1.5;
/** Each slice looks through the table's keys: beyond so many the memory is exceeded rather than the patience. */
const SLICES_MAX = 64;

/** Rows of one part that lie in the spill file. */
interface SpilledRows {
  readonly rows: Segment;
  readonly deletes: Segment | undefined;
}

interface SpilledPart {
  readonly pieces: SpilledRows[];
  costBytes: number;
  rowCount: number;
}

/**
 * The source of a merge, read once. What outgrows `memoryBytes` goes to a temporary file, in parts by the hash of the
 * keys: rows of one key come in one part, in their order.
 */
export class MergeInput {
  /** Rows of the whole source, once it is loaded. */
  rowCount = 0;
  readonly #options: MergeInputOptions;
  readonly #memoryBytes: number;
  #isLoaded = false;
  #held: SourceRows[] = [];
  #heldBytes = 0;
  #spill: { readonly file: SpillFile; readonly parts: readonly SpilledPart[] } | undefined;

  constructor(options: MergeInputOptions) {
    this.#options = options;
    this.#memoryBytes = options.memoryBytes ?? MEMORY_BYTES;
  }

  /** Where everything that does not fit into memory may go; undefined when the source fits. */
  get spillFile(): SpillFile | undefined {
    return this.#spill?.file;
  }

  /** Reads the source, the first time; `schema` is that of the table. */
  async load(schema: StructType): Promise<void> {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    const { source, deleteWhen } = this.#options;
    // The caller holds the rows of an array anyway: there only the index counts.
    const isHeld = Array.isArray(source);
    for await (const original of source) {
      const batch = conformBatch(fillDefaults(original, schema), deltaToArrow(schema));
      const deletes = deleteWhen === undefined ? undefined : markDeletes(original, deleteWhen);
      this.rowCount += batch.numRows;
      this.#held.push({ batch, deletes });
      this.#heldBytes += costOf(batch, !isHeld);
      const limit = this.#spill === undefined ? this.#memoryBytes : this.#memoryBytes / 2;
      if (this.#heldBytes > limit) await this.#spillHeld(schema);
    }
    if (this.#spill !== undefined) await this.#spillHeld(schema);
  }

  /** The rows, part by part; a source that fits is one part. */
  async *parts(schema: StructType): AsyncGenerator<readonly SourceRows[]> {
    if (this.#spill === undefined) {
      yield this.#held;
      return;
    }
    for (const part of this.#spill.parts) {
      const wanted = Math.ceil((part.costBytes * SLICE_MARGIN) / this.#memoryBytes);
      const slices =
        part.costBytes <= this.#memoryBytes ? 1 : Math.min(SLICES_MAX, wanted, part.rowCount);
      for (let slice = 0; slice < slices; slice += 1) {
        const rows = await this.#readPart(part, schema, { slice, slices });
        if (rows.length > 0) yield rows;
      }
    }
  }

  async close(): Promise<void> {
    await this.#spill?.file.close();
  }

  async #spillHeld(schema: StructType): Promise<void> {
    this.#spill ??= {
      file: await SpillFile.create(this.#options.spillFolder),
      parts: Array.from({ length: PART_COUNT }, () => ({ pieces: [], costBytes: 0, rowCount: 0 })),
    };
    const { file, parts } = this.#spill;
    for (const { batch, deletes } of this.#held) {
      const hashes = this.#hashes(batch, schema);
      const runs = divideRows(hashes, PART_COUNT, partOf);
      for (const [index, part] of parts.entries()) {
        const piece = takePiece({ batch, deletes }, runs[index]);
        if (piece === undefined) continue;
        part.costBytes += costOf(piece.batch, true);
        part.rowCount += piece.batch.numRows;
        part.pieces.push(await spillRows(file, piece));
      }
    }
    this.#held = [];
    this.#heldBytes = 0;
  }

  async #readPart(
    { pieces }: SpilledPart,
    schema: StructType,
    choice: { readonly slice: number; readonly slices: number },
  ): Promise<readonly SourceRows[]> {
    let rows: SourceRows[] = [];
    let costBytes = 0;
    for (const piece of pieces) {
      const read = await readRows(this.#spill?.file, piece);
      const chosen = choice.slices === 1 ? read : this.#sliceOf(read, schema, choice);
      if (chosen === undefined) continue;
      rows.push(chosen);
      costBytes += costOf(chosen.batch, true);
      if (costBytes <= this.#memoryBytes) continue;
      // A key that comes again and again: only its last row counts.
      rows = withoutSuperseded(rows, keyIndexes(schema, this.#options.keys));
      costBytes = rows.reduce((sum, { batch }) => sum + costOf(batch, true), 0);
    }
    return rows;
  }

  #sliceOf(
    rows: SourceRows,
    schema: StructType,
    { slice, slices }: { readonly slice: number; readonly slices: number },
  ): SourceRows | undefined {
    const runs = divideRows(this.#hashes(rows.batch, schema), slices, sliceOf);
    return takePiece(rows, runs[slice]);
  }

  #hashes(batch: RecordBatch, schema: StructType): Uint32Array {
    const columns = keyIndexes(schema, this.#options.keys).map((index) => {
      const data = batch.data.children[index];
      if (data === undefined) throw new Error(`the batch has no column ${index}`);
      return keyColumn(data, batch.schema.fields[index]?.name ?? `#${index}`);
    });
    return hashKeys(columns, batch.numRows, new Uint32Array(batch.numRows));
  }
}

function keyIndexes(schema: StructType, keys: readonly string[]): readonly number[] {
  return keyFields(schema, keys).map(({ index }) => index);
}

function costOf(batch: RecordBatch, countsRows: boolean): number {
  return batch.numRows * INDEX_ROW_BYTES + (countsRows ? batch.data.byteLength : 0);
}

function markDeletes(
  batch: RecordBatch,
  deleteWhen: (batch: RecordBatch, row: number) => boolean,
): Uint8Array {
  return Uint8Array.from({ length: batch.numRows }, (_, row) => (deleteWhen(batch, row) ? 1 : 0));
}

/** The factors keep parts, slices and the slots of the index apart: all come from one hash. */
function partOf(hash: number, count: number): number {
  return (Math.imul(hash, 0x9e_37_79_b1) >>> 0) % count;
}

function sliceOf(hash: number, count: number): number {
  return (Math.imul(hash ^ (hash >>> 15), 0x85_eb_ca_6b) >>> 7) % count;
}

function divideRows(
  hashes: Uint32Array,
  count: number,
  placeOf: (hash: number, count: number) => number,
): readonly RowRuns[] {
  const runs = Array.from({ length: count }, () => new RowRuns());
  for (let row = 0; row < hashes.length; row += 1)
    runs[placeOf(hashes[row] ?? 0, count)]?.add(0, row);
  return runs;
}

function takePiece(
  { batch, deletes }: SourceRows,
  runs: RowRuns | undefined,
): SourceRows | undefined {
  if (runs === undefined || runs.rowCount === 0) return undefined;
  return {
    batch: takeRuns([batch], runs),
    deletes: deletes === undefined ? undefined : runs.takeBytes([deletes]),
  };
}

async function spillRows(file: SpillFile, { batch, deletes }: SourceRows): Promise<SpilledRows> {
  return {
    rows: await file.append(tableToIPC(new Table([batch]), "stream")),
    deletes: deletes === undefined ? undefined : await file.append(deletes),
  };
}

async function readRows(
  file: SpillFile | undefined,
  { rows, deletes }: SpilledRows,
): Promise<SourceRows> {
  if (file === undefined) throw new Error("rows were spilled without a file");
  const [batch] = tableFromIPC(await file.read(rows)).batches;
  if (batch === undefined) throw new Error("spilled rows came back empty");
  return { batch, deletes: deletes === undefined ? undefined : await file.read(deletes) };
}

function withoutSuperseded(rows: readonly SourceRows[], keys: readonly number[]): SourceRows[] {
  const { superseded } = new KeyIndex(
    rows.map(({ batch }) => batch),
    keys,
  );
  let number = 0;
  return rows.flatMap((part) => {
    const runs = new RowRuns();
    for (let row = 0; row < part.batch.numRows; row += 1, number += 1) {
      if (superseded[number] === 0) runs.add(0, row);
    }
    return takePiece(part, runs) ?? [];
  });
}
