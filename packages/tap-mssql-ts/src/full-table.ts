import type { Bookmark, JsonValue } from "singer-sdk-ts";
import { bookmarkOf, boundTexts, isRecord, type KeyValues, keyValues } from "./bookmark.ts";
import { splitKeys, storedRanges, writeRanges } from "./key-range.ts";
import { readKeyRow } from "./key-row.ts";
import { type KeyBound, type QueryColumn, selectStatement } from "./query.ts";
import { type StreamRun, writeRecords } from "./stream-run.ts";
import { tableSource } from "./table-source.ts";

/**
 * Reads a whole table. With a key the rows come in key order up to the largest key at the start,
 * and STATE says how far they came, so that the next run goes on with the same version. When all
 * rows are written, ACTIVATE_VERSION makes them the table.
 */
export async function syncFullTable(
  run: StreamRun,
  options: {
    /** What the bookmark keeps besides, from the first row on. */
    readonly bookmark?: Bookmark;
    /** Whether a load that was stopped is given up. */
    readonly startAnew?: boolean;
  } = {},
): Promise<number> {
  const { plan, state, writer } = run;
  const previous = bookmarkOf(state, plan.id, plan.table);
  const keys = plan.orderColumns;
  const resumeMax =
    options.startAnew === true ? undefined : boundTexts(keys, previous?.["max_pk_values"]);
  const version = versionOf(previous?.["version"], resumeMax !== undefined);
  // A first load shows its rows as they come; a resumed one has shown its version already.
  const isFirst = previous?.["initial_full_table_complete"] !== true && resumeMax === undefined;
  if (isFirst && !run.isTest) writer.activateVersion(plan.stream, version);

  const maxValues =
    resumeMax === undefined ? await readLargestKey(run) : previous?.["max_pk_values"];
  const finish = (): void => {
    writer.activateVersion(plan.stream, version);
    state.setBookmark(plan.id, {
      ...options.bookmark,
      version,
      initial_full_table_complete: true,
    });
  };
  const stored = resumeMax && storedRanges(keys, previous);
  if (stored !== undefined || isSplit(run, resumeMax)) {
    const ranges = stored ?? (isRecord(maxValues) ? await splitKeys(run, maxValues) : []);
    const bookmark = { ...options.bookmark, version, max_pk_values: maxValues ?? null };
    const rowCount = await writeRanges(run, { ranges, version, bookmark });
    finish();
    return rowCount;
  }
  const { rowCount } = await writeRecords(run, {
    statement: selectStatement({
      ...tableSource(plan),
      columns: plan.columns,
      bounds: boundsOf(run, maxValues, resumeMax && previous?.["last_pk_fetched"]),
      conditions: plan.where === undefined ? [] : [plan.where],
      orderBy: keys,
      ...(run.isTest && { rowsMax: 1 }),
    }),
    version,
    bookmark: (texts) => {
      const last = keyValues(keys, texts);
      if (last === undefined || maxValues === undefined) return undefined;
      return { ...options.bookmark, version, max_pk_values: maxValues, last_pk_fetched: last };
    },
  });
  if (run.isTest) return rowCount;
  finish();
  return rowCount;
}

/** Whether a load is read by key ranges: a transaction under SNAPSHOT has one connection, and a load that began in one piece ends so. */
function isSplit({ plan, config, isTest }: StreamRun, resumeMax: unknown): boolean {
  return (
    plan.rangeCount > 1 &&
    plan.orderColumns.length > 0 &&
    !isRowVersion(plan.orderColumns) &&
    config.isolation_level !== "SNAPSHOT" &&
    resumeMax === undefined &&
    !isTest
  );
}

/** A row that changes while it is loaded gets a row version above the largest: it must not be left out. */
function isRowVersion(columns: readonly QueryColumn[]): boolean {
  return columns.some(({ type }) => type.name === "timestamp");
}

/** A new version is the time in ms, and above the last one even when the clock was set back. */
function versionOf(previous: JsonValue | undefined, isResumed: boolean): number {
  if (typeof previous !== "number") return Date.now();
  return isResumed ? previous : Math.max(Date.now(), previous + 1);
}

/** The largest key, in the server's own order; undefined without a key or without rows. */
async function readLargestKey(run: StreamRun): Promise<KeyValues | undefined> {
  const { plan, connection, format } = run;
  if (plan.orderColumns.length === 0) return undefined;
  const statement = selectStatement({
    ...tableSource(plan),
    columns: plan.orderColumns,
    orderBy: plan.orderColumns,
    descending: true,
    rowsMax: 1,
  });
  return keyValues(plan.orderColumns, await readKeyRow(connection, statement, format));
}

function boundsOf(
  { plan }: StreamRun,
  maxValues: JsonValue | undefined,
  lastValues: JsonValue | undefined,
): readonly KeyBound[] {
  const columns = plan.orderColumns;
  const max = boundTexts(columns, maxValues);
  const last = boundTexts(columns, lastValues);
  return [
    ...(last === undefined ? [] : [{ columns, values: last, operator: ">" as const }]),
    ...(max === undefined || isRowVersion(columns)
      ? []
      : [{ columns, values: max, operator: "<=" as const }]),
  ];
}
