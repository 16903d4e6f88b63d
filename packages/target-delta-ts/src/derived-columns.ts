import {
  type Data,
  DataType,
  DateDay,
  type Field,
  Int64,
  makeData,
  type RecordBatch,
} from "apache-arrow";
import type { Column } from "singer-sdk-ts";
import { arrowField } from "singer-sdk-ts/columnar";
import { batchOf } from "./table-columns.ts";
import { alignedNulls } from "./validity.ts";

/** A column that is made of a time in the row, in UTC. */
export interface DerivedColumn {
  readonly name: string;
  readonly part: "date" | "year" | "month" | "day" | "hour";
  /** The stream's column that holds the time. */
  readonly source: string;
}

/** The stream's columns, then those that are made of them. */
export function withDerived(
  columns: readonly Column[],
  derived: readonly DerivedColumn[],
): readonly Column[] {
  return [...columns, ...derived.map(columnOf)];
}

function columnOf({ name, part, source }: DerivedColumn): Column {
  const type: Column["type"] = part === "date" ? { type: "date" } : { type: "integer", bits: 64 };
  return { name, type, nullable: true, description: `The ${part} of ${source}, UTC.` };
}

/** Adds the derived columns to a batch; null where the time is. */
export function addDerived(batch: RecordBatch, derived: readonly DerivedColumn[]): RecordBatch {
  if (derived.length === 0) return batch;
  const fields: Field[] = batch.schema.fields.slice();
  const children: Data[] = batch.data.children.slice();
  for (const column of derived) {
    const index = batch.schema.fields.findIndex(({ name }) => name === column.source);
    const data = batch.data.children[index];
    if (data === undefined) continue;
    fields.push(arrowField(columnOf(column)));
    children.push(derive(data, column.part));
  }
  return batchOf(fields, children, batch.numRows);
}

function derive(data: Data, part: DerivedColumn["part"]): Data {
  const values = new Int32Array(data.length);
  const days = DataType.isDate(data.type) ? (data.values as Int32Array) : undefined; // The columns of dates hold days.
  const times = days === undefined ? (data.values as BigInt64Array) : undefined; // Else microseconds: the setting is checked.
  let lastHour = Number.NaN;
  let last = 0;
  for (let row = 0; row < data.length; row++) {
    const hour = days === undefined ? hourOf(times?.[row] ?? 0n) : 24 * (days[row] ?? 0);
    if (hour !== lastHour) {
      last = partOf(hour, part);
      lastHour = hour;
    }
    values[row] = last;
  }
  const common = {
    length: data.length,
    nullCount: data.nullCount,
    nullBitmap: alignedNulls(data),
  };
  return part === "date"
    ? makeData({ type: new DateDay(), ...common, data: values })
    : makeData({ type: new Int64(), ...common, data: BigInt64Array.from(values, BigInt) });
}

const HOUR_US = 3_600_000_000n;

/** Whole hours since 1970, downwards also before it. */
function hourOf(us: bigint): number {
  const hours = us / HOUR_US;
  return Number(hours) - (us < 0n && hours * HOUR_US !== us ? 1 : 0);
}

function partOf(hour: number, part: DerivedColumn["part"]): number {
  if (part === "date") return Math.floor(hour / 24);
  const time = new Date(hour * 3_600_000);
  if (part === "year") return time.getUTCFullYear();
  if (part === "month") return time.getUTCMonth() + 1;
  return part === "day" ? time.getUTCDate() : time.getUTCHours();
}
