import {
  type Data,
  type Field,
  Int64,
  makeData,
  type RecordBatch,
  TimestampMicrosecond,
} from "apache-arrow";
import type { Column } from "singer-sdk-ts";
import { arrowField } from "singer-sdk-ts/columnar";
import { batchOf } from "./table-columns.ts";

/** What the metadata columns of a batch say; times in milliseconds since 1970. */
export interface BatchMetadata {
  readonly receivedMs: number;
  readonly startedMs: number;
  readonly version: number | undefined;
}

const TIMES = ["_sdc_extracted_at", "_sdc_received_at", "_sdc_batched_at", "_sdc_deleted_at"];
const NUMBERS = ["_sdc_sequence", "_sdc_table_version", "_sdc_sync_started_at"];
const NAMES = new Set([...TIMES, ...NUMBERS]);

/** The seven columns of the Singer SDKs (singer.md §9). */
const METADATA_COLUMNS: readonly Column[] = [
  ...TIMES.map((name): Column => ({ name, type: { type: "timestamp" }, nullable: true })),
  ...NUMBERS.map((name): Column => ({ name, type: { type: "integer", bits: 64 }, nullable: true })),
];

/** The stream's columns without the metadata that a tap may send; a mark of deletion is data and stays. */
export function withoutMetadata(columns: readonly Column[]): readonly Column[] {
  return columns.filter(({ name }) => name === "_sdc_deleted_at" || !NAMES.has(name));
}

/** The stream's columns, then the metadata columns that it does not have itself. */
export function withMetadata(columns: readonly Column[]): readonly Column[] {
  const kept = withoutMetadata(columns);
  const names = new Set(kept.map(({ name }) => name));
  return [...kept, ...METADATA_COLUMNS.filter(({ name }) => !names.has(name))];
}

/** Adds the metadata columns to a batch; `_sdc_extracted_at` comes with the batch, if the tap tells it. */
export function addMetadata(batch: RecordBatch, metadata: BatchMetadata): RecordBatch {
  const { receivedMs, startedMs, version } = metadata;
  const values: Readonly<Record<string, number | undefined>> = {
    _sdc_received_at: receivedMs,
    _sdc_batched_at: receivedMs,
    _sdc_sequence: receivedMs,
    _sdc_table_version: version,
    _sdc_sync_started_at: startedMs,
  };
  const fields: Field[] = [];
  const children: Data[] = [];
  batch.schema.fields.forEach((field, index) => {
    const child = batch.data.children[index];
    if (field.name in values || child === undefined) return;
    fields.push(field);
    children.push(child);
  });
  for (const column of METADATA_COLUMNS) {
    if (!(column.name in values)) continue;
    fields.push(arrowField(column));
    children.push(constant(column, values[column.name], batch.numRows));
  }
  return batchOf(fields, children, batch.numRows);
}

/** One value in every row; null when there is none. */
function constant(column: Column, value: number | undefined, rowCount: number): Data {
  const isTime = column.type.type === "timestamp";
  const number = BigInt(value ?? 0) * (isTime ? 1000n : 1n);
  const options = {
    length: rowCount,
    nullCount: value === undefined ? rowCount : 0,
    nullBitmap: value === undefined ? new Uint8Array(Math.ceil(rowCount / 8)) : null,
    data: new BigInt64Array(rowCount).fill(number),
  };
  return isTime
    ? makeData({ type: new TimestampMicrosecond("UTC"), ...options })
    : makeData({ type: new Int64(), ...options });
}
