import type { Bookmark, Log, MessageWriter, State } from "singer-sdk-ts";
import type { SqlConnection } from "./connection.ts";
import type { Statement } from "./query.ts";
import { RecordSink } from "./record-sink.ts";
import type { Config } from "./settings.ts";
import type { StreamPlan } from "./stream-plan.ts";
import type { ValueFormat } from "./wire/reader-of-column.ts";

/** What a stream is synced with. */
export interface StreamRun {
  readonly plan: StreamPlan;
  readonly connection: SqlConnection;
  /** Opens a further connection like the stream's. */
  readonly connect: () => Promise<SqlConnection>;
  readonly config: Config;
  readonly format: ValueFormat;
  readonly state: State;
  readonly writer: MessageWriter;
  readonly log: Log;
  readonly isTest: boolean;
}

/**
 * Streams a statement's rows as RECORDs. Every so many rows or seconds `bookmark` is asked where
 * the stream stands after the rows written, and a STATE follows them.
 */
export async function writeRecords(
  run: StreamRun,
  options: {
    readonly statement: Statement;
    readonly version: number | undefined;
    readonly bookmark: (keys: Readonly<Record<string, string>>) => Bookmark | undefined;
  },
): Promise<{ readonly rowCount: number; readonly keys?: Readonly<Record<string, string>> }> {
  const { config, state, writer, plan } = run;
  let stateRows = 0;
  let stateMs = Date.now();
  const sink = new RecordSink({
    plan,
    writer,
    format: run.format,
    version: options.version,
    progress: ({ rowCount, keys }) => {
      const isDue =
        rowCount - stateRows >= config.state_interval_rows ||
        Date.now() - stateMs >= config.state_interval_seconds * 1000;
      if (!isDue || keys === undefined || run.isTest) return;
      const bookmark = options.bookmark(keys);
      if (bookmark === undefined) return;
      stateRows = rowCount;
      stateMs = Date.now();
      state.setBookmark(plan.id, bookmark);
      writer.state(state);
    },
  });
  try {
    await run.connection.stream(options.statement, sink);
  } catch (error) {
    // The next attempt, here or in the next run, goes on behind the last row that was handed over.
    const bookmark = sink.keys && options.bookmark(sink.keys);
    if (bookmark !== undefined && !run.isTest) state.setBookmark(plan.id, bookmark);
    throw error;
  }
  await sink.finish();
  return { rowCount: sink.rowCount, ...(sink.keys !== undefined && { keys: sink.keys }) };
}

/** Changes to read between two STATEs: a part ends with its last transaction, however many it has. */
export function partRows({ config }: StreamRun): number {
  return Math.min(config.state_interval_rows, config.log_max_rows ?? Number.POSITIVE_INFINITY);
}
