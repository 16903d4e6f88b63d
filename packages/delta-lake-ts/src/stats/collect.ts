import type { Data, RecordBatch } from "apache-arrow";
import { arrowType } from "../arrow/type.ts";
import { type Mask, validityMask } from "../arrow/validity.ts";
import type { DeltaType, StructType } from "../schema.ts";
import { formatBound, type Side } from "./bound.ts";
import { DEFAULT_STATISTICS, type StatisticsChoice } from "./choice.ts";
import { createExtreme, type Extreme } from "./extreme.ts";

/** One indexed column; a struct has children instead of bounds of its own. */
interface ColumnCollector {
  /** Its place in the struct. */
  readonly index: number;
  readonly name: string;
  readonly type: DeltaType;
  readonly children: readonly ColumnCollector[] | undefined;
  readonly extreme: Extreme | undefined;
  nullCount: number;
}

/** Statistics of one data file, taken from the very batches that are encoded into it. */
export class StatisticsCollector {
  readonly #columns: readonly ColumnCollector[];
  readonly #prefixLength: number;
  rowCount = 0;

  /** `schema` is that of the file: without partition columns. */
  constructor(schema: StructType, choice: StatisticsChoice = DEFAULT_STATISTICS) {
    const { indexedColumnCount, columns, prefixLength } = choice;
    const isCounted = columns === undefined && indexedColumnCount >= 0;
    const budget = { left: isCounted ? indexedColumnCount : Number.POSITIVE_INFINITY };
    this.#columns = createCollectors(schema, budget, columns);
    this.#prefixLength = prefixLength;
  }

  /** The batch's columns are those of the file's schema, in its order. */
  add(batch: RecordBatch): void {
    this.rowCount += batch.numRows;
    for (const column of this.#columns) {
      const data = batch.data.children[column.index];
      if (data === undefined) throw new Error(`the batch lacks column ${column.name}`);
      collect(column, data, undefined);
    }
  }

  /** The JSON text for `add.stats`. */
  toJson(): string {
    const parts = [
      `"numRecords":${this.rowCount}`,
      `"minValues":${boundsJson(this.#columns, "min", this.#prefixLength)}`,
      `"maxValues":${boundsJson(this.#columns, "max", this.#prefixLength)}`,
      `"nullCount":${nullCountJson(this.#columns)}`,
    ];
    return `{${parts.join(",")}}`;
  }
}

/** `paths` are the wanted columns, or undefined for as many as the budget has room for. */
function createCollectors(
  schema: StructType,
  budget: { left: number },
  paths: StatisticsChoice["columns"],
): ColumnCollector[] {
  const collectors: ColumnCollector[] = [];
  for (const [index, { name, type }] of schema.fields.entries()) {
    if (budget.left <= 0) break;
    const below = paths?.filter(([first]) => first === name).map(([, ...rest]) => rest);
    if (below?.length === 0) continue;
    const isWhole = below?.some((rest) => rest.length === 0) !== false;
    const isStruct = typeof type !== "string" && type.type === "struct";
    if (!isStruct) budget.left -= 1;
    collectors.push({
      index,
      name,
      type,
      children: isStruct ? createCollectors(type, budget, isWhole ? undefined : below) : undefined,
      extreme: typeof type === "string" ? createExtreme(arrowType(type)) : undefined,
      nullCount: 0,
    });
  }
  return collectors;
}

function collect(column: ColumnCollector, data: Data, parent: Mask): void {
  const mask = validityMask(data, parent);
  if (column.children !== undefined) {
    for (const child of column.children) {
      const childData = data.children[child.index];
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

function boundsJson(columns: readonly ColumnCollector[], side: Side, prefixLength: number): string {
  const entries: string[] = [];
  for (const { name, type, children, extreme } of columns) {
    if (children !== undefined)
      entries.push(`${JSON.stringify(name)}:${boundsJson(children, side, prefixLength)}`);
    else if (extreme !== undefined) {
      const value = side === "min" ? extreme.min() : extreme.max();
      const token = formatBound(type, value, { side, prefixLength });
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
