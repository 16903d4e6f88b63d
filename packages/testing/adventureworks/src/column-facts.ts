import { datetimeMilliseconds, formatDecimal } from "./format.ts";
import type { SqlValue, TableData } from "./generate/index.ts";
import { type ColumnSchema, decimalScale, type SqlType } from "./schema.ts";

/** What the type of a column's values becomes in a table that a pipeline writes. */
export type Kind = "integer" | "decimal" | "boolean" | "date" | "timestamp" | "string" | "binary";

/**
 * What every reader of a column must find, computed from the generator's values alone.
 * - integers and decimals as digits, decimals with their whole scale;
 * - `false` and `true`; dates as YYYY-MM-DD;
 * - timestamps as microseconds since 1970, a datetime's ticks as SQL Server shows them (.000, .003, .007);
 * - strings by code point, uuids in lower case, time as `07:00:00.0000000`.
 */
export interface ColumnFacts {
  readonly name: string;
  readonly kind: Kind;
  readonly nulls: number;
  /** `null` for binary and for a column without values, as is `max`. */
  readonly min: string | null;
  readonly max: string | null;
  /** The exact sum of integers and decimals. */
  readonly sum: string | null;
  /** UTF-8 bytes of all strings, or bytes of all binary values. */
  readonly bytes: string | null;
}

/** The facts of one table, columns in declared order. */
export interface TableFacts {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  readonly columns: readonly ColumnFacts[];
}

/** Computes the facts of a table. */
export function tableFacts(data: TableData): TableFacts {
  return {
    schema: data.schema.schema,
    table: data.schema.name,
    rows: data.rowCount,
    columns: data.schema.columns.map((column, index) =>
      columnFacts(column, data.columns[index] ?? []),
    ),
  };
}

function columnFacts(column: ColumnSchema, values: readonly SqlValue[]): ColumnFacts {
  const present = values.filter((value) => value !== null);
  const kind = kindOf(column.type);
  const base = { name: column.name, kind, nulls: values.length - present.length };
  if (kind === "string") {
    return { ...base, ...stringFacts(present.map(stringText(column.type))) };
  }
  if (kind === "binary") {
    return { ...base, min: null, max: null, sum: null, bytes: String(byteCount(present)) };
  }
  return { ...base, ...orderedFacts(kind, present.map(toBigInt(column.type)), column.type) };
}

/** Kinds of the types that the sample has, but for exact numbers. */
const kinds: Readonly<Partial<Record<SqlType["name"], Kind>>> = {
  bit: "boolean",
  tinyint: "integer",
  smallint: "integer",
  int: "integer",
  date: "date",
  datetime: "timestamp",
  varbinary: "binary",
  nchar: "string",
  varchar: "string",
  nvarchar: "string",
  uniqueidentifier: "string",
  xml: "string",
  time: "string",
  hierarchyid: "string",
  geography: "string",
};

function kindOf(type: SqlType): Kind {
  const kind = decimalScale(type) === undefined ? kinds[type.name] : "decimal";
  if (kind === undefined) throw new Error(`the sample has no column of type ${type.name}`);
  return kind;
}

type ValueFacts = Omit<ColumnFacts, "name" | "kind" | "nulls">;

/** A value as the integer that orders and adds it; a datetime becomes microseconds since 1970. */
function toBigInt(type: SqlType): (value: SqlValue) => bigint {
  if (type.name === "datetime") {
    return (value) => BigInt(datetimeMilliseconds(Number(value))) * 1000n;
  }
  return (value) => (typeof value === "bigint" ? value : BigInt(Number(value)));
}

function orderedFacts(kind: Kind, values: readonly bigint[], type: SqlType): ValueFacts {
  const [first] = values;
  const isSummed = kind === "integer" || kind === "decimal";
  const scale = decimalScale(type) ?? 0;
  let sum = 0n;
  let min = first ?? 0n;
  let max = min;
  for (const value of values) {
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const text = (value: bigint) => {
    if (kind === "boolean") return value === 0n ? "false" : "true";
    return kind === "date" ? dateText(Number(value)) : formatDecimal(value, scale);
  };
  return {
    min: first === undefined ? null : text(min),
    max: first === undefined ? null : text(max),
    sum: first === undefined || !isSummed ? null : text(sum),
    bytes: null,
  };
}

/** Days from 0001-01-01 to 1970-01-01. */
const daysTo1970 = 719_162;

function dateText(days: number): string {
  return new Date((days - daysTo1970) * 86_400_000).toISOString().slice(0, 10);
}

/** A value as the text that arrives in a table. */
function stringText(type: SqlType): (value: SqlValue) => string {
  if (type.name === "uniqueidentifier") return (value) => String(value).toLowerCase();
  if (type.name === "time") return (value) => timeText(Number(value));
  return String;
}

/** A time of 100 ns ticks with all seven digits. */
function timeText(ticks: number): string {
  const seconds = Math.floor(ticks / 10_000_000);
  const clock = new Date(seconds * 1000).toISOString().slice(11, 19);
  return `${clock}.${String(ticks % 10_000_000).padStart(7, "0")}`;
}

function stringFacts(values: readonly string[]): ValueFacts {
  const [first = null] = values;
  let min = first;
  let max = first;
  let bytes = 0;
  for (const value of values) {
    bytes += Buffer.byteLength(value);
    if (min !== null && compareCodePoints(value, min) < 0) min = value;
    if (max !== null && compareCodePoints(value, max) > 0) max = value;
  }
  return { min, max, sum: null, bytes: String(bytes) };
}

/** Orders text as its UTF-8 bytes are ordered; `<` would put U+E000–U+FFFF after every surrogate pair. */
export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = rank(left.charCodeAt(index)) - rank(right.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Moves surrogates behind all other code units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function byteCount(values: readonly SqlValue[]): number {
  return values.reduce<number>(
    (sum, value) => sum + (value instanceof Uint8Array ? value.length : 0),
    0,
  );
}
