import { type Bookmark, UserError } from "singer-sdk-ts";
import { bookmarkOf, boundTexts, keyValues, replicationValue } from "./bookmark.ts";
import { type KeyBound, type QueryColumn, quoteName, selectStatement } from "./query.ts";
import type { ReplicationKey } from "./stream-plan.ts";
import { type StreamRun, writeRecords } from "./stream-run.ts";
import { tableSource } from "./table-source.ts";

/**
 * Reads the rows whose replication key is at or after the bookmark, ordered by replication key,
 * then key. While it runs the bookmark also holds the key of the last row, so that a run that was
 * stopped goes on inside rows of one replication value; when all are written it is dropped, and
 * the next run asks for the last value again, since more rows can have come with it.
 */
export async function syncIncremental(
  run: StreamRun,
  replicationKey: ReplicationKey,
): Promise<number> {
  const { plan, state } = run;
  const ties = plan.orderColumns.filter(({ name }) => name !== replicationKey.name);
  await refuseNulls(run, replicationKey);
  const valueBookmark = (texts: Readonly<Record<string, string>>): Bookmark | undefined => {
    const value = keyValues([replicationKey], texts)?.[replicationKey.name];
    if (value === undefined) return undefined;
    return { replication_key: replicationKey.name, replication_key_value: value };
  };

  const { rowCount, keys } = await writeRecords(run, {
    statement: selectStatement({
      ...tableSource(plan),
      columns: plan.columns,
      bounds: boundsOf(run, replicationKey, ties),
      conditions: conditionsOf(run, replicationKey),
      orderBy: [replicationKey, ...ties],
      ...(run.isTest && { rowsMax: 1 }),
    }),
    version: undefined,
    bookmark: (texts) => {
      const bookmark = valueBookmark(texts);
      const last = keyValues(ties, texts);
      if (bookmark === undefined || last === undefined) return bookmark;
      return ties.length === 0 ? bookmark : { ...bookmark, last_pk_fetched: last };
    },
  });
  if (run.isTest) return rowCount;
  const bookmark =
    (keys && valueBookmark(keys)) ??
    withoutProgress(bookmarkOf(state, plan.id, plan.table), replicationKey);
  if (bookmark !== undefined) state.setBookmark(plan.id, bookmark);
  return rowCount;
}

function boundsOf(
  run: StreamRun,
  replicationKey: ReplicationKey,
  ties: readonly QueryColumn[],
): readonly KeyBound[] {
  const start = startBound(run, replicationKey, ties);
  const { endValue } = replicationKey;
  return [
    ...(start === undefined ? [] : [start]),
    ...(endValue === undefined
      ? []
      : [{ columns: [replicationKey], values: [endValue], operator: "<" as const }]),
  ];
}

function startBound(
  { plan, state, config }: StreamRun,
  replicationKey: ReplicationKey,
  ties: readonly QueryColumn[],
): KeyBound | undefined {
  const bookmark = bookmarkOf(state, plan.id, plan.table);
  const value = replicationValue(bookmark, replicationKey.name);
  const last = value === undefined ? undefined : boundTexts(ties, bookmark?.["last_pk_fetched"]);
  // A run that was stopped has sent the rows without value already: they come first.
  if (value !== undefined && last !== undefined)
    return { columns: [replicationKey, ...ties], values: [value, ...last], operator: ">" };
  const start = value ?? replicationKey.startValue;
  if (start === undefined) return undefined;
  const { isNullable, lookbackSeconds } = replicationKey;
  return {
    columns: [replicationKey],
    values: [start],
    operator: ">=",
    orNull: isNullable && config.nulls_in_replication_key === "include",
    ...(value !== undefined && lookbackSeconds > 0 && { lookbackSeconds }),
  };
}

function conditionsOf(
  { plan, config }: StreamRun,
  replicationKey: ReplicationKey,
): readonly string[] {
  const leavesNullsOut = replicationKey.isNullable && config.nulls_in_replication_key === "exclude";
  return [
    ...(plan.where === undefined ? [] : [plan.where]),
    // Row versions are taken when a row is written, not when it is committed: those of open
    // transactions, and all above them, come with the next run.
    ...(replicationKey.type.name === "timestamp"
      ? [`${quoteName(replicationKey.name)} < MIN_ACTIVE_ROWVERSION()`]
      : []),
    ...(leavesNullsOut ? [`${quoteName(replicationKey.name)} IS NOT NULL`] : []),
  ];
}

/** With the policy `error`, a row without replication key ends the stream before its first record. */
async function refuseNulls(
  { plan, config, connection }: StreamRun,
  replicationKey: ReplicationKey,
): Promise<void> {
  if (!replicationKey.isNullable || config.nulls_in_replication_key !== "error") return;
  const statement = selectStatement({
    ...tableSource(plan),
    columns: [replicationKey],
    conditions: [
      ...(plan.where === undefined ? [] : [plan.where]),
      `${quoteName(replicationKey.name)} IS NULL`,
    ],
    rowsMax: 1,
  });
  if ((await connection.query(statement)).length === 0) return;
  throw new UserError(
    "E_REPLICATION_KEY",
    `stream ${plan.id}: replication key ${replicationKey.name} is null in some rows`,
    { hint: "set `nulls_in_replication_key` to include or exclude, or choose another key" },
  );
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
