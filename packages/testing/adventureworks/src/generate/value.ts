/**
 * One SQL value in its canonical form. Per type:
 * - bit boolean; tinyint, smallint, int number; bigint bigint;
 * - decimal, numeric, money, smallmoney bigint, unscaled (the scale is the type's; money has 4);
 * - float, real number; date number of days since 0001-01-01; time number of 100 ns since midnight;
 * - datetime number of 1/300 s since 1900-01-01; smalldatetime number of minutes since 1900-01-01;
 * - datetime2 bigint of 100 ns since 0001-01-01;
 * - (n)char (padded to its length), (n)varchar and xml string; uniqueidentifier upper-case string;
 * - binary Uint8Array; hierarchyid path (`/1/2/`); geography WKT (`POINT (longitude latitude)`).
 */
export type SqlValue = null | boolean | number | bigint | string | Uint8Array;

/** The columns of one table by name, each with one value per row. */
export type TableColumns = Readonly<Record<string, readonly SqlValue[]>>;

/** A column made row by row. */
export function fill<T extends SqlValue>(rowCount: number, value: (row: number) => T): T[] {
  const values: T[] = [];
  for (let row = 0; row < rowCount; row++) values.push(value(row));
  return values;
}

/** The integers from `first` on. */
export function sequence(rowCount: number, first: number): number[] {
  return fill(rowCount, (row) => first + row);
}

/** An element that is known to exist; throws otherwise. */
export function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new Error(`no element ${index} of ${values.length}`);
  return value;
}
