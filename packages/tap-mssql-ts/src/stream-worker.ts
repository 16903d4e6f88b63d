import { type SyncContext, UserError } from "singer-sdk-ts";
import { SqlConnection, waitWithJitter } from "./connection.ts";
import { isTransient } from "./connection-error.ts";
import { syncFullTable } from "./full-table.ts";
import { syncIncremental } from "./incremental.ts";
import { syncLogBased } from "./log-based.ts";
import type { Config } from "./settings.ts";
import type { StreamPlan } from "./stream-plan.ts";
import type { StreamRun } from "./stream-run.ts";
import type { ValueFormat } from "./wire/reader-of-column.ts";

/** Errors after which the other streams cannot go on either. */
const FATAL_CODES = new Set(["E_CONNECT", "E_CONNECTION_LOST", "E_LOGIN", "E_TIMEOUT", "E_TLS"]);

interface StreamFailure {
  readonly stream: string;
  readonly error: UserError;
}

interface Work {
  readonly context: SyncContext<Config>;
  readonly format: ValueFormat;
  /** Streams that no worker has taken yet. */
  readonly waiting: StreamPlan[];
  readonly failures: StreamFailure[];
}

/**
 * Syncs streams on as many connections as the settings say, the given one among them. A stream
 * that fails lets the others go on and makes the run fail at its end; the last STATE is written
 * in either case. A run that is told to stop ends with the state it has.
 */
export async function syncStreams(options: {
  readonly context: SyncContext<Config>;
  readonly plans: readonly StreamPlan[];
  readonly format: ValueFormat;
  readonly connection: SqlConnection;
}): Promise<void> {
  const { context, plans, format, connection } = options;
  const { config, state, writer, mode, signal } = context;
  const work: Work = { context, format, waiting: [...plans], failures: [] };
  const workers = [new StreamWorker(work, connection)];
  const stop = (): void => {
    work.waiting.length = 0;
    for (const worker of workers) worker.close();
  };
  signal.addEventListener("abort", stop);
  try {
    for (let count = 1; count < Math.min(config.parallelism, plans.length); count++)
      workers.push(new StreamWorker(work, await SqlConnection.open(config, context)));
    await Promise.all(workers.map((worker) => worker.run()));
    if (work.failures.length === 0 && !signal.aborted) state.currentlySyncing = undefined;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stop();
    signal.removeEventListener("abort", stop);
    // A run that is told to stop gets its last STATE from the SDK.
    if (mode === "sync" && !signal.aborted) writer.state(state);
    await writer.flush();
  }
  throwFirst(work.failures, plans.length);
}

/** Takes one stream after the other on a connection of its own, which it replaces when it is lost. */
class StreamWorker {
  readonly #work: Work;
  #connection: SqlConnection;
  /** What the connection was opened with. */
  #config: Config;

  constructor(work: Work, connection: SqlConnection) {
    this.#work = work;
    this.#connection = connection;
    this.#config = work.context.config;
  }

  close(): void {
    this.#connection.close();
  }

  async run(): Promise<void> {
    const { waiting, failures, context } = this.#work;
    for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift()) {
      const error = await this.#failureOf(plan);
      if (error === undefined) continue;
      context.log.error("stream_failed", {
        stream: plan.id,
        code: error.code,
        reason: error.message,
      });
      failures.push({ stream: plan.id, error });
    }
  }

  /** The error of a stream that lets the others go on; what ends the whole run is thrown. */
  async #failureOf(plan: StreamPlan): Promise<UserError | undefined> {
    const { config, log, signal } = this.#work.context;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#connectFor(plan);
        await this.#sync(plan);
        return undefined;
      } catch (error) {
        const isRetried = isTransient(error) && attempt < config.stream_retries && !signal.aborted;
        if (isRetried && error instanceof UserError) {
          log.warn("stream_retried", { stream: plan.id, attempt: attempt + 1, code: error.code });
          await this.#reconnect(attempt);
          continue;
        }
        if (!(error instanceof UserError) || FATAL_CODES.has(error.code)) throw error;
        return error;
      }
    }
  }

  async #reconnect(attempt: number): Promise<void> {
    this.#connection.close();
    await waitWithJitter(attempt, this.#work.context.signal);
    this.#connection = await this.#open();
  }

  #open(): Promise<SqlConnection> {
    return SqlConnection.open(this.#config, this.#work.context);
  }

  /** A stream of another database, or one that a read-only replica cannot serve, has a connection of its own. */
  async #connectFor({ table, log }: StreamPlan): Promise<void> {
    const { config } = this.#work.context;
    const wanted: Config = {
      ...config,
      database: table.database === "" ? config.database : table.database,
      // Change Tracking is not there on readable secondaries.
      ...(log === "change_tracking" && { application_intent: "ReadWrite" }),
    };
    const isSame =
      wanted.database.toLowerCase() === this.#config.database.toLowerCase() &&
      wanted.application_intent === this.#config.application_intent;
    if (isSame) return;
    this.#connection.close();
    this.#config = wanted;
    this.#connection = await this.#open();
  }

  async #sync(plan: StreamPlan): Promise<void> {
    const { context, format } = this.#work;
    const { config, state, writer, log, mode } = context;
    const startMs = Date.now();
    if (mode === "sync") {
      state.currentlySyncing = plan.id;
      writer.state(state);
    }
    writer.schema({
      stream: plan.stream,
      schema: plan.schema,
      key_properties: plan.keyProperties,
      ...(plan.replicationKey !== undefined && { bookmark_properties: [plan.replicationKey.name] }),
    });
    if (mode === "schema") return;
    const isTest = mode === "test";
    const run: StreamRun = {
      plan,
      connection: this.#connection,
      connect: () => this.#open(),
      config,
      format,
      state,
      writer,
      log,
      isTest,
    };
    const rowCount = await this.#write(run);
    if (mode === "sync") writer.state(state);
    await writer.flush();
    log.info("stream_done", { stream: plan.id, rows: rowCount, elapsedMs: Date.now() - startMs });
  }

  /** Under SNAPSHOT a stream is one transaction; an error leaves it to a new connection. */
  async #write(run: StreamRun): Promise<number> {
    if (run.config.isolation_level !== "SNAPSHOT") return writeStream(run);
    try {
      await this.#connection.begin();
      const rowCount = await writeStream(run);
      await this.#connection.commit();
      return rowCount;
    } catch (error) {
      if (!isTransient(error)) await this.#reconnect(0);
      throw error;
    }
  }
}

function writeStream(run: StreamRun): Promise<number> {
  const { log, replicationKey } = run.plan;
  if (log !== undefined) return syncLogBased(run, log);
  return replicationKey === undefined ? syncFullTable(run) : syncIncremental(run, replicationKey);
}

function throwFirst(failures: readonly StreamFailure[], streamCount: number): void {
  const [first] = failures;
  if (first === undefined) return;
  const { error, stream } = first;
  throw new UserError(
    error.code,
    `${failures.length} of ${streamCount} streams failed, the first ${stream}: ${error.message}`,
    { cause: error, ...(error.hint !== undefined && { hint: error.hint }) },
  );
}
