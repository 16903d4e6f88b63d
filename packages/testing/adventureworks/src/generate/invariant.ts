import { type ColumnSchema, formatSqlType, type SqlType } from "../schema.ts";
import { datetime } from "./date.ts";
import type { Database, SqlValue, TableData } from "./index.ts";

/** The values of a column; none when the table has no such column. */
export function columnOf(table: TableData, name: string): readonly SqlValue[] {
  const index = table.schema.columns.findIndex((column) => column.name === name);
  return table.columns[index] ?? [];
}

/** Per column that has one, its first value that does not fit the column's type. */
export function misfits(table: TableData): string[] {
  return table.schema.columns.flatMap((column, index) => {
    const fits = fitTest(column);
    const found = table.columns[index]?.find((value) => !fits(value));
    if (found === undefined) return [];
    return [`${table.schema.name}.${column.name} ${formatSqlType(column.type)}: ${String(found)}`];
  });
}

type FitTest = (value: SqlValue) => boolean;

function fitTest({ type, nullable }: ColumnSchema): FitTest {
  const fits = valueTest(type);
  return (value) => (value === null ? nullable : fits(value));
}

function valueTest(type: SqlType): FitTest {
  if ("precision" in type) return unscaledTest(10n ** BigInt(type.precision) - 1n);
  if ("length" in type) return lengthTest(type);
  const fits = plainTests[type.name];
  if (fits === undefined) throw new Error(`no table has a column of type ${type.name}`);
  return fits;
}

const plainTests: Readonly<Partial<Record<SqlType["name"], FitTest>>> = {
  bit: (value) => typeof value === "boolean",
  tinyint: wholeTest(0, 255),
  smallint: wholeTest(-(2 ** 15), 2 ** 15 - 1),
  int: wholeTest(-(2 ** 31), 2 ** 31 - 1),
  money: unscaledTest(2n ** 63n - 1n),
  smallmoney: unscaledTest(2n ** 31n - 1n),
  date: wholeTest(0, 3_652_058),
  time: wholeTest(0, 24 * 36_000_000_000 - 1),
  datetime: wholeTest(datetime(1753, 1, 1), datetime(9999, 12, 31)),
  xml: textTest(/^</),
  uniqueidentifier: textTest(
    /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/,
  ),
  hierarchyid: textTest(/^\/(?:\d+\/)*$/),
  geography: textTest(/^POINT \(-?\d+(?:\.\d+)? -?\d+(?:\.\d+)?\)$/),
};

function wholeTest(first: number, last: number): FitTest {
  return (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= first && value <= last;
}

function unscaledTest(last: bigint): FitTest {
  return (value) => typeof value === "bigint" && value >= -last && value <= last;
}

/** Text of whole characters: no surrogate stands alone. */
function textTest(pattern: RegExp): FitTest {
  return (value) => typeof value === "string" && pattern.test(value) && !/\p{Cs}/u.test(value);
}

function lengthTest(type: SqlType & { readonly length: number | "max" }): FitTest {
  const lengthMax = type.length === "max" ? Number.POSITIVE_INFINITY : type.length;
  if (type.name === "binary" || type.name === "varbinary") {
    return (value) => value instanceof Uint8Array && value.length <= lengthMax;
  }
  const isFixed = type.name === "char" || type.name === "nchar";
  const isText = textTest(type.name === "char" || type.name === "varchar" ? /^[ -~]*$/ : /^/);
  return (value) =>
    isText(value) &&
    typeof value === "string" &&
    (isFixed ? value.length === lengthMax : value.length <= lengthMax);
}

/** The first row, if any, whose primary key does not come after the one before it. */
export function keysOutOfOrder(table: TableData): string[] {
  const keys = table.schema.primaryKey.map((name) => ({
    values: columnOf(table, name),
    compare: isPath(table, name) ? comparePaths : compareValues,
  }));
  for (let row = 1; row < table.rowCount; row++) {
    let order = 0;
    for (const { values, compare } of keys) {
      order = compare(values[row - 1] ?? null, values[row] ?? null);
      if (order !== 0) break;
    }
    if (order >= 0) return [`${table.schema.name} row ${row}`];
  }
  return [];
}

function isPath(table: TableData, columnName: string): boolean {
  const column = table.schema.columns.find(({ name }) => name === columnName);
  return column?.type.name === "hierarchyid";
}

function compareValues(left: SqlValue, right: SqlValue): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left) < String(right) ? -1 : Number(left !== right);
}

/** Depth first and by number, as hierarchyid sorts. */
function comparePaths(left: SqlValue, right: SqlValue): number {
  return compareValues(padPath(left), padPath(right));
}

function padPath(path: SqlValue): string {
  return String(path).replaceAll(/\d+/g, (digits) => digits.padStart(5, "0"));
}

/** Per foreign key, the first of its values that no row has; keys with a NULL refer to nothing. */
export function danglingKeys(table: TableData, database: Database): string[] {
  return table.schema.foreignKeys.flatMap((key) => {
    const known = new Set(keyValues(database.table(key.schema, key.table), key.on));
    const dangling = keyValues(table, key.columns).find(
      (value) => value !== null && !known.has(value),
    );
    const name = `${table.schema.name}.${key.columns.join()}`;
    return dangling === undefined ? [] : [`${name}: ${String(dangling)}`];
  });
}

/** One value per row: the column's own, or the text of several; `null` when one of them is. */
function keyValues(table: TableData, names: readonly string[]): readonly SqlValue[] {
  const [first = [], ...others] = names.map((name) => columnOf(table, name));
  if (others.length === 0) return first;
  return first.map((value, row) => {
    const values = [value, ...others.map((column) => column[row] ?? null)];
    return values.includes(null) ? null : values.map(String).join("|");
  });
}
