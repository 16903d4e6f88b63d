import type { Data, RecordBatch } from "apache-arrow";
import { arrowType } from "../arrow/type.ts";
import { type Mask, validityMask } from "../arrow/validity.ts";
import type { DeltaType, StructType } from "../schema.ts";
import { formatBound, type Side } from "./bound.ts";
import { createExtreme, type Extreme } from "./extreme.ts";

/** `delta.dataSkippingNumIndexedCols`: the default number of leaf columns with statistics. */
const INDEXED_COLUMNS = 32;

/** One indexed column; a struct has children instead of bounds of its own. */
interface ColumnCollector {
  readonly name: string;
  readonly type: DeltaType;
  readonly children: readonly ColumnCollector[] | undefined;
  readonly extreme: Extreme | undefined;
  nullCount: number;
}

/** Statistics of one data file, taken from the very batches that are encoded into it. */
export class StatisticsCollector {
  readonly #columns: readonly ColumnCollector[];
  rowCount = 0;

  /** `schema` is that of the file: without partition columns. `indexedColumnCount` counts leaves, -1 for all. */
  constructor(schema: StructType, indexedColumnCount = INDEXED_COLUMNS) {
    const budget = { left: indexedColumnCount < 0 ? Number.POSITIVE_INFINITY : indexedColumnCount };
    this.#columns = createCollectors(schema, budget);
  }

  /** The batch's columns are those of the file's schema, in its order. */
  add(batch: RecordBatch): void {
    this.rowCount += batch.numRows;
    for (const [index, column] of this.#columns.entries()) {
      const data = batch.data.children[index];
      if (data === undefined) throw new Error(`the batch lacks column ${column.name}`);
      collect(column, data, undefined);
    }
  }

  /** The JSON text for `add.stats`. */
  toJson(): string {
    const parts = [
      `"numRecords":${this.rowCount}`,
      `"minValues":${boundsJson(this.#columns, "min")}`,
      `"maxValues":${boundsJson(this.#columns, "max")}`,
      `"nullCount":${nullCountJson(this.#columns)}`,
    ];
    return `{${parts.join(",")}}`;
  }
}

function createCollectors(schema: StructType, budget: { left: number }): ColumnCollector[] {
  const collectors: ColumnCollector[] = [];
  for (const { name, type } of schema.fields) {
    if (budget.left <= 0) break;
    const isStruct = typeof type !== "string" && type.type === "struct";
    if (!isStruct) budget.left -= 1;
    collectors.push({
      name,
      type,
      children: isStruct ? createCollectors(type, budget) : undefined,
      extreme: typeof type === "string" ? createExtreme(arrowType(type)) : undefined,
      nullCount: 0,
    });
  }
  return collectors;
}

function collect(column: ColumnCollector, data: Data, parent: Mask): void {
  const mask = validityMask(data, parent);
  if (column.children !== undefined) {
    for (const [index, child] of column.children.entries()) {
      const childData = data.children[index];
      if (childData === undefined) throw new Error(`the batch lacks column ${child.name}`);
      collect(child, childData, mask);
    }
    return;
  }
  column.nullCount += countZeros(mask);
  column.extreme?.add(data, mask);
}

function countZeros(mask: Mask): number {
  if (mask === undefined) return 0;
  let count = 0;
  for (let row = 0; row < mask.length; row += 1) count += 1 - (mask[row] ?? 0);
  return count;
}

function boundsJson(columns: readonly ColumnCollector[], side: Side): string {
  const entries: string[] = [];
  for (const { name, type, children, extreme } of columns) {
    if (children !== undefined)
      entries.push(`${JSON.stringify(name)}:${boundsJson(children, side)}`);
    else if (extreme !== undefined) {
      const token = formatBound(type, side === "min" ? extreme.min() : extreme.max(), side);
      if (token !== undefined) entries.push(`${JSON.stringify(name)}:${token}`);
    }
  }
  return `{${entries.join(",")}}`;
}

function nullCountJson(columns: readonly ColumnCollector[]): string {
  const entries = columns.map(({ name, children, nullCount }) => {
    const value = children === undefined ? String(nullCount) : nullCountJson(children);
    return `${JSON.stringify(name)}:${value}`;
  });
  return `{${entries.join(",")}}`;
}
