import { type Bookmark, type JsonValue, UserError } from "singer-sdk-ts";
import { bookmarkOf } from "./bookmark.ts";
import { changeDataCapture } from "./change-data-capture.ts";
import { changeTracking } from "./change-tracking.ts";
import { syncFullTable } from "./full-table.ts";
import type { StreamRun } from "./stream-run.ts";

/** A place in the order of changes, as a bookmark keeps it: a version, or an LSN. */
export type Position = string | number;

/** What the server remembers of a table's changes. */
export interface ChangeSource {
  /** Name of the position in the bookmark, the one that other taps use. */
  readonly positionName: string;
  /** The position now: all changes before it are committed. */
  current(): Promise<Position>;
  /** Whether changes after `position` are no longer there. */
  isExpired(position: Position): Promise<boolean>;
  /** Writes the changes after `from` up to `to`, with the stream's version; returns their count. */
  writeChanges(range: {
    readonly from: Position;
    readonly to: Position;
    readonly version: number | undefined;
    /** Told after each part of the changes, at the end of a transaction; answers whether to go on. */
    readonly reached: (position: Position, rowCount: number) => boolean;
  }): Promise<number>;
}

/**
 * Loads a table once, then its changes. The position is read before the first row, so that a
 * change during the load comes again behind it; none is left out. A load that was stopped goes on
 * with the position it began with.
 */
export async function syncLogBased(
  run: StreamRun,
  log: "change_tracking" | "cdc",
): Promise<number> {
  const source = log === "cdc" ? changeDataCapture(run) : changeTracking(run);
  const { positionName } = source;
  let bookmark = bookmarkOf(run.state, run.plan.id, run.plan.table);
  let rowCount = 0;
  const stored = positionOf(bookmark?.[positionName]);
  const isExpired = stored !== undefined && (await source.isExpired(stored));
  if (isExpired) refuseOrWarn(run, stored);
  if (stored === undefined || isExpired || !isLoaded(bookmark)) {
    const position = stored === undefined || isExpired ? await source.current() : stored;
    rowCount += await syncFullTable(run, {
      bookmark: { [positionName]: position },
      // Rows of a load that began at another position may have changed since, unseen.
      startAnew: stored === undefined || isExpired,
    });
    if (run.isTest) return rowCount;
    bookmark = run.state.bookmark(run.plan.id);
  }
  const from = positionOf(bookmark?.[positionName]);
  if (from === undefined) throw new Error("a full load keeps its position");
  const to = await source.current();
  const version = bookmark?.["version"];
  let isStopped = false;
  const isOver = limitOf(run);
  const reach = (position: Position): void => {
    if (!run.isTest) run.state.setBookmark(run.plan.id, { ...bookmark, [positionName]: position });
  };
  rowCount += await source.writeChanges({
    from,
    to,
    version: typeof version === "number" ? version : undefined,
    reached: (position, changeCount) => {
      reach(position);
      if (!run.isTest) run.writer.state(run.state);
      isStopped = isOver(changeCount);
      return !isStopped;
    },
  });
  if (isStopped) run.log.info("log_limit_reached", { stream: run.plan.id, rows: rowCount });
  else reach(to);
  return rowCount;
}

/** Whether a run has sent as many changes, or taken as long, as the settings allow. */
function limitOf({ config }: StreamRun): (changeCount: number) => boolean {
  const { log_max_rows: rowsMax, log_max_seconds: secondsMax } = config;
  const startMs = Date.now();
  return (changeCount) =>
    (rowsMax !== undefined && changeCount >= rowsMax) ||
    (secondsMax !== undefined && Date.now() - startMs >= secondsMax * 1000);
}

function positionOf(value: JsonValue | undefined): Position | undefined {
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}

function isLoaded(bookmark: Bookmark | undefined): boolean {
  if (bookmark?.["initial_full_table_complete"] === true) return true;
  const isUnderWay = ["max_pk_values", "last_pk_fetched"].some(
    (name) => (bookmark?.[name] ?? null) !== null,
  );
  return bookmark?.["initial_full_table_complete"] === undefined && !isUnderWay;
}

function refuseOrWarn({ plan, config, log }: StreamRun, position: Position): void {
  if (config.expired_position === "resync") {
    log.warn("position_expired", { stream: plan.id, position, action: "resync" });
    return;
  }
  throw new UserError(
    "E_LOG_POSITION",
    `stream ${plan.id}: the server no longer has the changes since the last run`,
    {
      hint: "set `expired_position` to resync, which loads the table again, and lengthen the retention",
    },
  );
}
