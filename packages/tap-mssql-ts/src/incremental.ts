import type { Bookmark } from "singer-sdk-ts";
import { boundTexts, keyValues, replicationValue } from "./bookmark.ts";
import { type KeyBound, type QueryColumn, selectStatement } from "./query.ts";
import { type StreamRun, writeRecords } from "./stream-run.ts";

const TIME_TYPES = new Set(["date", "datetime", "datetime2", "datetimeoffset", "smalldatetime"]);

/**
 * Reads the rows whose replication key is at or after the bookmark, ordered by replication key,
 * then key. While it runs the bookmark also holds the key of the last row, so that a run that was
 * stopped goes on inside rows of one replication value; when all are written it is dropped, and
 * the next run asks for the last value again, since more rows can have come with it.
 */
export async function syncIncremental(
  run: StreamRun,
  replicationKey: QueryColumn,
): Promise<number> {
  const { plan, state } = run;
  const ties = plan.orderColumns.filter(({ name }) => name !== replicationKey.name);
  const bound = startBound(run, replicationKey, ties);
  const bookmarkOf = (texts: Readonly<Record<string, string>>): Bookmark | undefined => {
    const value = keyValues([replicationKey], texts)?.[replicationKey.name];
    if (value === undefined) return undefined;
    return { replication_key: replicationKey.name, replication_key_value: value };
  };

  const { rowCount, keys } = await writeRecords(run, {
    statement: selectStatement({
      schema: plan.table.schema,
      table: plan.table.name,
      columns: plan.columns,
      bounds: bound === undefined ? [] : [bound],
      orderBy: [replicationKey, ...ties],
      ...(run.isTest && { rowsMax: 1 }),
    }),
    version: undefined,
    bookmark: (texts) => {
      const bookmark = bookmarkOf(texts);
      const last = keyValues(ties, texts);
      if (bookmark === undefined || last === undefined) return bookmark;
      return ties.length === 0 ? bookmark : { ...bookmark, last_pk_fetched: last };
    },
  });
  if (run.isTest) return rowCount;
  const bookmark =
    (keys && bookmarkOf(keys)) ?? withoutProgress(state.bookmark(plan.id), replicationKey);
  if (bookmark !== undefined) state.setBookmark(plan.id, bookmark);
  return rowCount;
}

function startBound(
  { plan, state, config }: StreamRun,
  replicationKey: QueryColumn,
  ties: readonly QueryColumn[],
): KeyBound | undefined {
  const bookmark = state.bookmark(plan.id);
  const value = replicationValue(bookmark, replicationKey.name);
  if (value === undefined) {
    if (config.start_date === undefined || !TIME_TYPES.has(replicationKey.type.name))
      return undefined;
    return { columns: [replicationKey], values: [config.start_date], operator: ">=" };
  }
  const last = boundTexts(ties, bookmark?.["last_pk_fetched"]);
  return last === undefined
    ? { columns: [replicationKey], values: [value], operator: ">=" }
    : { columns: [replicationKey, ...ties], values: [value, ...last], operator: ">" };
}

/** The bookmark of a run that found no row: what it started from. */
function withoutProgress(
  bookmark: Bookmark | undefined,
  replicationKey: QueryColumn,
): Bookmark | undefined {
  if (bookmark === undefined || replicationValue(bookmark, replicationKey.name) === undefined)
    return undefined;
  return {
    replication_key: replicationKey.name,
    replication_key_value: bookmark["replication_key_value"] ?? null,
  };
}
