import { type Bookmark, type JsonValue, UserError } from "singer-sdk-ts";
import { boundTexts, isRecord, type KeyValues, keyValues } from "./bookmark.ts";
import type { SqlConnection } from "./connection.ts";
import { readKeyRow } from "./key-row.ts";
import {
  countStatement,
  type KeyBound,
  type QueryColumn,
  type Statement,
  selectStatement,
} from "./query.ts";
import { type StreamRun, writeRecords } from "./stream-run.ts";
import { tableSource } from "./table-source.ts";

/** Rows with a key above `last_pk_fetched`, where it is known, up to `max_pk_values`. */
export interface KeyRange {
  readonly last_pk_fetched?: KeyValues;
  readonly max_pk_values: KeyValues;
}

/** The ranges that a stopped load had still to read; undefined when it read none, or its bookmark is another tap's. */
export function storedRanges(
  columns: readonly QueryColumn[],
  bookmark: Bookmark | undefined,
): readonly KeyRange[] | undefined {
  const stored = bookmark?.["key_ranges"];
  if (!Array.isArray(stored) || stored.length === 0) return undefined;
  const ranges = stored.flatMap((one: JsonValue) => rangeOf(columns, one) ?? []);
  return ranges.length === stored.length ? ranges : undefined;
}

function rangeOf(columns: readonly QueryColumn[], value: JsonValue): KeyRange | undefined {
  if (!isRecord(value)) return undefined;
  const { max_pk_values: max, last_pk_fetched: last } = value;
  if (!isRecord(max) || boundTexts(columns, max) === undefined) return undefined;
  return { max_pk_values: max, ...(isRecord(last) && { last_pk_fetched: last }) };
}

/** Splits a table in parts of about the same number of rows, by keys that the server finds in its index. */
export async function splitKeys(run: StreamRun, max: KeyValues): Promise<readonly KeyRange[]> {
  const { plan, connection, format } = run;
  const [counted] = await connection.query(
    countStatement({ ...tableSource(plan), conditions: conditionsOf(run) }),
  );
  const rowCount = Number(counted?.["row_total"] ?? 0);
  const ends: KeyValues[] = [];
  for (let part = 1; part < plan.rangeCount; part++) {
    const statement = selectStatement({
      ...tableSource(plan),
      columns: plan.orderColumns,
      conditions: conditionsOf(run),
      orderBy: plan.orderColumns,
      skipRows: Math.floor((rowCount * part) / plan.rangeCount),
    });
    const end = keyValues(plan.orderColumns, await readKeyRow(connection, statement, format));
    if (end !== undefined) ends.push(end);
  }
  return [...ends, max].map((end, index) => {
    const before = ends[index - 1];
    return { max_pk_values: end, ...(before !== undefined && { last_pk_fetched: before }) };
  });
}

/**
 * Writes the rows of several ranges at once, each on a connection of its own, the first on the
 * stream's. A range that fails stops the others; what each has written stays in the bookmark.
 */
export async function writeRanges(
  run: StreamRun,
  options: {
    readonly ranges: readonly KeyRange[];
    readonly version: number;
    readonly bookmark: Bookmark;
  },
): Promise<number> {
  const open: (KeyRange | undefined)[] = [...options.ranges];
  const bookmark = (): Bookmark => ({
    ...options.bookmark,
    key_ranges: open.flatMap((range) => (range === undefined ? [] : [{ ...range }])),
  });
  const others: SqlConnection[] = [];
  const write = async (index: number): Promise<number> => {
    const range = options.ranges[index];
    if (range === undefined) return 0;
    const connection = index === 0 ? run.connection : await run.connect();
    if (index > 0) others.push(connection);
    const { rowCount } = await writeRecords(
      { ...run, connection },
      {
        statement: rangeStatement(run, range),
        version: options.version,
        bookmark: (texts) => {
          const last = keyValues(run.plan.orderColumns, texts);
          if (last !== undefined) open[index] = { ...range, last_pk_fetched: last };
          return bookmark();
        },
      },
    );
    open[index] = undefined;
    return rowCount;
  };
  const closeOthers = (): void => {
    for (const connection of others) connection.close();
  };
  const results = await Promise.allSettled(
    options.ranges.map((_, index) =>
      write(index).catch((error: unknown) => {
        closeOthers();
        throw error;
      }),
    ),
  );
  closeOthers();
  const failed = results.filter((result) => result.status === "rejected");
  if (failed.length === 0)
    return results.reduce((sum, one) => sum + (one.status === "fulfilled" ? one.value : 0), 0);
  if (!run.isTest) run.state.setBookmark(run.plan.id, bookmark());
  throw firstCause(failed.map(({ reason }): unknown => reason));
}

/** The error that came first: those that it brought about are connections that were closed. */
function firstCause(errors: readonly unknown[]): unknown {
  const isClosed = (error: unknown): boolean =>
    error instanceof UserError && error.code === "E_CONNECTION_LOST";
  return errors.find((error) => !isClosed(error)) ?? errors[0];
}

function conditionsOf({ plan }: StreamRun): readonly string[] {
  return plan.where === undefined ? [] : [plan.where];
}

function rangeStatement(run: StreamRun, range: KeyRange): Statement {
  const { plan } = run;
  const columns = plan.orderColumns;
  const last = boundTexts(columns, range.last_pk_fetched);
  const max = boundTexts(columns, range.max_pk_values);
  const bounds: KeyBound[] = [];
  if (last !== undefined) bounds.push({ columns, values: last, operator: ">" });
  if (max !== undefined) bounds.push({ columns, values: max, operator: "<=" });
  return selectStatement({
    ...tableSource(plan),
    columns: plan.columns,
    bounds,
    conditions: conditionsOf(run),
    orderBy: columns,
  });
}
