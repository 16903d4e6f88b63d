import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import type { Log } from "singer-sdk-ts";
import { ColumnarReader, type ColumnarReaderOptions } from "singer-sdk-ts/columnar";
import { readBatchFile } from "./batch-read.ts";
import { FlushPolicy } from "./flush-policy.ts";
import { ProgressLine, progressOf } from "./progress-line.ts";
import { REJECTS_SUFFIX, Rejects } from "./rejects.ts";
import { type RecordCounts, writeReport } from "./report.ts";
import { reportPage } from "./report-page.ts";
import { TargetRun } from "./run.ts";
import type { Config } from "./settings.ts";
import { SourceCheck, type SourceCheckMode } from "./source-check.ts";
import { misnamedStreams } from "./stream-names.ts";
import { openStore } from "./table-store.ts";
import { hasHistory, streamContract, streamPath, Tables } from "./tables.ts";
import { verify } from "./verify.ts";

/** Rows of one Arrow batch at most: a commit is made of many (speed.md, section 4). */
const ARROW_BATCH_ROWS = 65_536;
const ARROW_BATCH_BYTES = 8 * 1024 * 1024;

/**
 * Shares of `max_memory_mb` for rows that loads hold and for rows in the reader, whose arrays may be twice as large as the
 * rows; the rest is for the process itself: its code, the encoder, and batches on their way (bench/target/memory.mjs).
 */
const HELD_SHARE = 0.4;
const PENDING_SHARE = 0.125;

export interface LoadContext {
  readonly config: Config;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly input: Readable;
  readonly writeState: (text: string) => Promise<void>;
}

function pendingBytesMax({ max_memory_mb: memoryMb }: Config): number {
  return memoryMb * 1024 * 1024 * PENDING_SHARE;
}

/** Stream maps change records on purpose before they are counted. */
function sourceCheckMode(config: Config): SourceCheckMode {
  const isMapped = config.stream_maps !== undefined || config.flattening_enabled;
  return isMapped ? "none" : config.source_check;
}

/** Loads a Singer stream into tables, and gives the exit code: 3 when records were rejected or some did not arrive. */
export async function load(context: LoadContext): Promise<0 | 3> {
  const { config, log, signal, input, writeState } = context;
  const identity = { id: randomUUID(), startedMs: Date.now(), log };
  const tables = await Tables.open(config, identity);
  const rejects = new Rejects({
    max: config.max_rejects,
    runId: identity.id,
    now: Date.now,
    openTable: (message, columns) => tables.openRejects(message, columns),
  });
  const options = readerOptions(context, config.max_rejects > 0 ? "event" : "error");
  const mode = sourceCheckMode(config);
  const sourceCheck = new SourceCheck(mode, log);
  const reader = new ColumnarReader(input, {
    ...options,
    sumsLines: mode === "checksums",
    pendingBytes: pendingBytesMax(config),
  });
  const run = new TargetRun({
    reader,
    readBatchFile: (path, message, schema) => readBatchFile(path, message, { schema, options }),
    policy: new FlushPolicy({
      rows: config.batch_size_rows,
      bytes: config.batch_size_bytes,
      ageMs: config.batch_wait_limit_seconds * 1000,
      memoryBytes: config.max_memory_mb * 1024 * 1024 * HELD_SHARE,
      pendingBytes: pendingBytesMax(config),
    }),
    log,
    signal,
    rejects,
    sourceCheck,
    isVersioned: config.process_activate_version_messages,
    writeState,
    now: Date.now,
    parallelStreams: tables.parallelStreams,
    openStream: ({ message, columns }) =>
      tables.openStream(message, columns, (record) => rejects.add(record)),
  });
  let outcome = "failed";
  const progress = new ProgressLine(log, () => progressOf(reader, run.streams));
  try {
    await run.run();
    await tables.maintain();
    await tables.audit(run.streams, (stream) => recordCounts(stream, rejects, sourceCheck));
    outcome = outcomeOf(rejects, sourceCheck);
  } finally {
    progress.end();
    await report(context, { ...identity, outcome }, { tables, run, rejects, sourceCheck });
    await tables.close();
  }
  for (const [stream, { rowCount, method }] of run.streams) {
    log.info("stream_loaded", { stream, rows: rowCount, method });
  }
  for (const [name, stream] of misnamedStreams(
    Object.keys(config.streams ?? {}),
    run.streams.keys(),
  ))
    log.warn("stream_settings_unused", { name, hint: `this run has the stream ${stream}` });
  const elapsedMs = Date.now() - identity.startedMs;
  log.info("load_finished", { streams: run.streams.size, rejects: rejects.count, elapsedMs });
  if (rejects.count > 0) {
    log.warn("records_rejected", {
      rejects: rejects.count,
      hint: `see the tables *${REJECTS_SUFFIX}`,
    });
  }
  return rejects.count > 0 || sourceCheck.differs ? 3 : 0;
}

function recordCounts(stream: string, rejects: Rejects, sourceCheck: SourceCheck): RecordCounts {
  return {
    rejected: rejects.countOf(stream),
    written: sourceCheck.told(stream),
    differs: sourceCheck.differsIn(stream),
  };
}

function outcomeOf(rejects: Rejects, { differs }: SourceCheck): string {
  if (differs) return "done, but records of the source did not arrive as they were written";
  return rejects.count === 0 ? "done" : "done, but records were rejected";
}

/** Writes the page about the run, when one is asked for; a failure of it is told and changes nothing. */
async function report(
  { config, log }: LoadContext,
  { id, startedMs, outcome }: { id: string; startedMs: number; outcome: string },
  {
    tables,
    run,
    rejects,
    sourceCheck,
  }: { tables: Tables; run: TargetRun; rejects: Rejects; sourceCheck: SourceCheck },
): Promise<void> {
  if (config.report === undefined) return;
  try {
    const page = reportPage({
      pipeline: config.pipeline_id,
      runId: id,
      outcome,
      startedMs,
      finishedMs: Date.now(),
      streams: await tables.report(run.streams, (stream) =>
        recordCounts(stream, rejects, sourceCheck),
      ),
    });
    await writeReport(config.report, page);
  } catch (error) {
    log.warn("report_failed", { file: config.report, reason: String(error) });
  }
}

/** Compares a Singer stream with the tables, prints one JSON line per stream, and gives the exit code. */
export async function verifyTables(
  { config, input, log }: LoadContext,
  print: (line: string) => Promise<void>,
): Promise<0 | 3> {
  let isMatch = true;
  const options = readerOptions({ config, log }, "error");
  const reader = new ColumnarReader(input, options);
  const pathOf = (stream: string) => streamPath(config, stream);
  const identity = { id: randomUUID(), startedMs: Date.now(), log };
  const tables = await Tables.open(config, identity);
  try {
    const verifications =
      tables.verifyInWarehouse(reader, { pathOf, now: Date.now }) ??
      verify({
        reader,
        readBatchFile: (path, message, schema) => readBatchFile(path, message, { schema, options }),
        tablePath: pathOf,
        openStore: (path) => openStore(config, path),
        contract: (stream) => streamContract(config, stream),
        keepsNames: config.column_names === "mapping",
        isHistory: (stream) =>
          (config.streams?.[stream]?.load_method ?? config.load_method) === "history",
        now: Date.now,
      });
    for await (const verification of verifications) {
      await print(JSON.stringify(verification));
      isMatch &&= verification.match;
    }
  } finally {
    await tables.close();
  }
  return isMatch ? 0 : 3;
}

/** How input is read, be it the stream of messages or a file of a BATCH. */
function readerOptions(
  { config, log }: Pick<LoadContext, "config" | "log">,
  rejects: "error" | "event",
): ColumnarReaderOptions {
  return {
    batchRows: Math.min(config.batch_size_rows, ARROW_BATCH_ROWS),
    batchBytes: Math.min(config.batch_size_bytes, ARROW_BATCH_BYTES),
    maxRecordBytes: config.max_record_bytes,
    longRecords: config.long_records,
    rejects,
    timeExtracted: config.add_record_metadata || hasHistory(config),
    warn: (event, fields) => log.warn(event, fields),
  };
}
