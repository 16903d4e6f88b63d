import {
  Bool,
  type Data,
  DataType,
  DateUnit,
  Field,
  makeData,
  type RecordBatch,
  TimestampMicrosecond,
} from "apache-arrow";
import { type Column, UserError } from "singer-sdk-ts";
import { batchOf } from "../table-columns.ts";
import { isSet } from "../validity.ts";

/** When a version of a row began and ended to hold; a version without an end is the current one. */
export const VALID_FROM = "_sdc_valid_from";
export const VALID_TO = "_sdc_valid_to";
const IS_CURRENT = "_sdc_is_current";
export const DELETED_AT = "_sdc_deleted_at";
const EXTRACTED_AT = "_sdc_extracted_at";

const VALIDITY_COLUMNS: readonly Column[] = [
  {
    name: VALID_FROM,
    type: { type: "timestamp" },
    nullable: true,
    description: "From when on this version of the row held.",
  },
  {
    name: VALID_TO,
    type: { type: "timestamp" },
    nullable: true,
    description: "Until when it held; null for the current version.",
  },
  {
    name: IS_CURRENT,
    type: { type: "boolean" },
    nullable: true,
    description: "Whether this is the current version.",
  },
];

/** In `VALID_TO`: the version is current. */
export const OPEN = -(2n ** 63n);

/** A stream's columns as its history table has them: a deletion ends a version and is no column. */
export function withValidity(columns: readonly Column[]): readonly Column[] {
  const names = new Set([...VALIDITY_COLUMNS.map(({ name }) => name), DELETED_AT]);
  return [...columns.filter(({ name }) => !names.has(name)), ...VALIDITY_COLUMNS];
}

/**
 * The rows with the period in which each holds, in microseconds since 1970. `OPEN` in `from` is a row that was there before
 * its table kept a history: nobody knows since when.
 */
export function addValidity(
  batch: RecordBatch,
  from: BigInt64Array,
  to: BigInt64Array,
): RecordBatch {
  const fields: Field[] = [];
  const children: Data[] = [];
  batch.schema.fields.forEach((field, index) => {
    const child = batch.data.children[index];
    const isReplaced = [VALID_FROM, VALID_TO, IS_CURRENT, DELETED_AT].includes(field.name);
    if (child === undefined || isReplaced) return;
    fields.push(field);
    children.push(child);
  });
  const length = batch.numRows;
  const type = new TimestampMicrosecond("UTC");
  const ended = new Uint8Array(Math.ceil(length / 8));
  const current = new Uint8Array(Math.ceil(length / 8));
  const started = new Uint8Array(Math.ceil(length / 8));
  const starts = new BigInt64Array(length);
  let startedCount = 0;
  const ends = new BigInt64Array(length);
  let currentCount = 0;
  for (let row = 0; row < length; row++) {
    const end = to[row] ?? OPEN;
    const bits = end === OPEN ? current : ended;
    bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
    if (end === OPEN) currentCount += 1;
    else ends[row] = end;
    const start = from[row] ?? OPEN;
    if (start === OPEN) continue;
    starts[row] = start;
    started[row >> 3] = (started[row >> 3] ?? 0) | (1 << (row & 7));
    startedCount += 1;
  }
  fields.push(new Field(VALID_FROM, type, true), new Field(VALID_TO, type, true));
  fields.push(new Field(IS_CURRENT, new Bool(), true));
  children.push(
    makeData({ type, length, nullCount: length - startedCount, nullBitmap: started, data: starts }),
    makeData({ type, length, nullCount: currentCount, nullBitmap: ended, data: ends }),
    makeData({ type: new Bool(), length, nullCount: 0, data: current }),
  );
  return batchOf(fields, children, length);
}

/** The times of a column of the batch, microseconds since 1970; `OPEN` where a row has none. */
export function timesOf(batch: RecordBatch, column: string): BigInt64Array {
  const times = new BigInt64Array(batch.numRows).fill(OPEN);
  const data = columnOf(batch, column);
  if (data === undefined) return times;
  const isDate = DataType.isDate(data.type);
  const { nullBitmap, offset } = data;
  const values = data.values as BigInt64Array | Int32Array; // `isTime` says so of every column that comes here.
  for (let row = 0; row < batch.numRows; row++) {
    if (data.nullCount > 0 && !isSet(nullBitmap, offset + row)) continue;
    const value = BigInt(values[row] ?? 0);
    times[row] = isDate ? value * 86_400_000_000n : value;
  }
  return times;
}

/**
 * When each row came about: by `column` if one is named, else by the tap's `time_extracted`, else when it arrived.
 * Throws E_SETTING when the column named holds no times.
 */
export function changeTimes(
  batch: RecordBatch,
  { stream, column, arrivedMs }: { stream: string; column: string | undefined; arrivedMs: number },
): BigInt64Array {
  const named = column === undefined ? undefined : columnOf(batch, column);
  if (column !== undefined && (named === undefined || !isTime(named.type))) {
    throw new UserError(
      "E_SETTING",
      `stream ${stream}: \`valid_from_column\` is ${column}, which is ${named === undefined ? "no column of the stream" : "no date or date-time"}`,
      {
        hint: "name a column with format date-time or date, or leave the setting out",
      },
    );
  }
  const sources = [column, EXTRACTED_AT].flatMap((name) =>
    name === undefined || columnOf(batch, name) === undefined ? [] : [timesOf(batch, name)],
  );
  const arrived = BigInt(arrivedMs) * 1000n;
  const times = new BigInt64Array(batch.numRows);
  for (let row = 0; row < times.length; row++) {
    const told = sources.map((source) => source[row] ?? OPEN).find((time) => time !== OPEN);
    times[row] = told ?? arrived;
  }
  return times;
}

function isTime(type: DataType): boolean {
  return DataType.isTimestamp(type) || (DataType.isDate(type) && type.unit === DateUnit.DAY);
}

function columnOf(batch: RecordBatch, column: string): Data | undefined {
  const index = batch.schema.fields.findIndex(({ name }) => name === column);
  return batch.data.children[index];
}
