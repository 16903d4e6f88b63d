import { type BatchMessage, type Log, type SchemaMessage, UserError } from "singer-sdk-ts";
import type { ColumnarReader, ReaderEvent, RowBatch } from "singer-sdk-ts/columnar";
import { BatchFiles } from "./batch-files.ts";
import { type BatchEvent, batchPaths, type SchemaEvent } from "./batch-read.ts";
import type { FlushPolicy } from "./flush-policy.ts";
import type { ReceivedRows } from "./load/load.ts";
import type { Rejects } from "./rejects.ts";
import type { ReceivedRecords, SourceCheck } from "./source-check.ts";
import { StateLedger } from "./state-ledger.ts";
import type { StreamLoad } from "./stream-load.ts";
import { Ticker } from "./ticker.ts";

/** What a run needs of the load of one stream. */
export type RunStream = Pick<
  StreamLoad,
  | "method"
  | "keyProperties"
  | "hasBookmarkProperties"
  | "rowCount"
  | "heldBytes"
  | "durableMark"
  | "receivedMark"
  | "setSchema"
  | "write"
  | "commit"
  | "activate"
  | "finish"
> &
  Partial<Pick<StreamLoad, "checksum">>;

/** How often the age of waiting rows and the memory they hold are looked at. */
const TICK_MS = 200;

export interface RunOptions {
  readonly reader: ColumnarReader;
  readonly policy: FlushPolicy;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Makes the load of a stream when its first SCHEMA comes. */
  readonly openStream: (event: Extract<ReaderEvent, { type: "schema" }>) => RunStream;
  /** The rows of one file of a BATCH message. */
  readonly readBatchFile: (
    path: string,
    message: BatchMessage,
    schema: SchemaEvent,
  ) => AsyncIterable<BatchEvent>;
  readonly rejects: Rejects;
  readonly sourceCheck: SourceCheck;
  /** Whether versions of rows and their activation count; without it rows are loaded as if they had none. */
  readonly isVersioned: boolean;
  readonly writeState: (text: string) => Promise<void>;
  readonly now: () => number;
  /** Streams that are made durable at once: more than one where each mostly waits for a server. */
  readonly parallelStreams?: number;
}

/** One run of the target: messages in, durable rows and covered states out. */
export class TargetRun {
  readonly #options: RunOptions;
  readonly #ledger = new StateLedger();
  readonly #streams = new Map<string, RunStream>();
  /** The last SCHEMA of each stream. */
  readonly #schemas = new Map<string, SchemaEvent>();
  readonly #batchFiles = new BatchFiles();
  /** The rows of each stream before the last STATE: where a restarted tap may begin. */
  #restartRows: ReadonlyMap<string, number> = new Map();
  #printing = Promise.resolve();
  /** An event has come out of the reader and is not handled yet: rows behind it must not overtake it. */
  #isEventWaiting = false;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  /** The streams seen, by name. */
  get streams(): ReadonlyMap<string, RunStream> {
    return this.#streams;
  }

  /** Reads to the end of the input, or until the signal asks to stop; everything received is durable then. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    const ticker = new Ticker(TICK_MS, signal);
    try {
      let next = this.#read();
      while (!signal.aborted || this.#isEventWaiting) {
        const event = await Promise.race([next, ticker.tick.then(() => "tick" as const)]);
        if (event === undefined) return await this.#finish();
        if (event === "tick") {
          await this.#relieve();
        } else {
          this.#isEventWaiting = false;
          await this.#handle(event);
          next = this.#read();
        }
      }
      await this.#flush([...this.#streams.keys()]);
      await this.#options.rejects.commit();
    } finally {
      ticker.stop();
    }
  }

  /** The next event; a failure is seen when it is waited for, also if a flush is under way when it happens. */
  #read(): Promise<ReaderEvent | undefined> {
    const next = this.#options.reader.next().then((event) => {
      this.#isEventWaiting = true;
      return event;
    });
    next.catch(() => undefined);
    return next;
  }

  async #handle(event: ReaderEvent): Promise<void> {
    const { policy, log } = this.#options;
    switch (event.type) {
      case "schema":
        return await this.#setSchema(event.message, event);
      case "rows":
        await this.#write(event.batch);
        if (policy.isFull(event.batch.stream)) await this.#flush([event.batch.stream]);
        return await this.#relieve();
      case "pressure":
        return await this.#relieve();
      case "state": {
        const { sourceCheck } = this.#options;
        sourceCheck.state(event.value, (stream) => this.#receivedRecords(stream));
        // What was printed stays good; a state that says more than came in may not leave.
        if (sourceCheck.differs) return;
        this.#restartRows = new Map(
          [...this.#streams.keys()].map((stream) => [stream, this.#rowCount(stream)]),
        );
        this.#ledger.receive(event, this.#receivedMarks());
        return await this.#print(this.#ledger.whole());
      }
      case "activate_version": {
        if (!this.#options.isVersioned) return;
        const load = this.#streams.get(event.stream);
        if (load === undefined)
          return log.warn("version_of_unknown_stream", { stream: event.stream });
        await load.activate(event.version, {
          restartRow: this.#restartRow(event.stream),
          isEnd: false,
        });
        policy.flushed(event.stream);
        await this.#settle(event.stream, load);
        return await this.#printCovered();
      }
      case "batch":
        return await this.#loadFiles(event.message);
      case "reject":
        return await this.#options.rejects.add(event);
    }
  }

  async #setSchema(
    message: SchemaMessage,
    event: Extract<ReaderEvent, { type: "schema" }>,
  ): Promise<void> {
    this.#schemas.set(message.stream, event);
    const load = this.#streams.get(message.stream);
    if (load === undefined) this.#streams.set(message.stream, this.#options.openStream(event));
    else {
      // A change of keys alone leaves rows in the reader: they belong to the keys before.
      await this.#drain(message.stream);
      const restartRow = this.#restartRow(message.stream);
      await load.setSchema(message, event.columns, { restartRow, isEnd: false });
    }
  }

  #load(stream: string): RunStream {
    const load = this.#streams.get(stream);
    if (load === undefined) throw new Error(`rows of stream ${stream} came before its schema`);
    return load;
  }

  /** Rows of a stream so far, in messages and in files. */
  #rowCount(stream: string): number {
    return this.#options.reader.rowCount(stream) + this.#batchFiles.rowCount(stream);
  }

  #receivedRecords(stream: string): ReceivedRecords {
    const { reader } = this.#options;
    const inFiles = this.#batchFiles.recordCount(stream);
    const checksum = inFiles === 0 ? reader.lineSum(stream) : undefined;
    return { rows: reader.recordCount(stream) + inFiles, checksum };
  }

  #receivedMarks(): Map<string, number> {
    return new Map(
      [...this.#streams].map(([stream, load]) => [
        stream,
        load.receivedMark(this.#rowCount(stream)),
      ]),
    );
  }

  #restartRow(stream: string): number {
    return this.#restartRows.get(stream) ?? 0;
  }

  /** Flushes what has waited too long, and the biggest streams while memory is short. */
  async #relieve(): Promise<void> {
    const { policy, reader, now } = this.#options;
    const pending = reader.pendingBytes();
    for (const stream of pending.keys()) policy.add(stream, 0, 0, now());
    const aged = policy.aged(now());
    if (aged.length > 0) await this.#flush(aged);

    for (const stream of policy.tooManyPending(pending)) {
      await this.#drain(stream);
      if (policy.isFull(stream)) await this.#flush([stream]);
    }
    const held = new Map([...this.#streams].map(([stream, load]) => [stream, load.heldBytes]));
    const biggest = policy.biggestOverMemory(held);
    if (biggest !== undefined) await this.#flush([biggest]);
  }

  /** Hands the rows that wait in the reader to the stream's load. */
  async #drain(stream: string): Promise<void> {
    const { reader } = this.#options;
    if (this.#isEventWaiting) return;
    const batch = reader.take(stream);
    if (batch === undefined) return;
    await this.#write(batch);
  }

  /** What a load takes of a batch, whose first row is the stream's `firstRow`. */
  #received(batch: RowBatch, firstRow: number): ReceivedRows {
    const { recordBatch, rowCount, sizeBytes, release } = batch;
    const version = this.#options.isVersioned ? batch.version : undefined;
    const rows = { recordBatch, rowCount, sizeBytes, firstRow, version };
    return release === undefined ? rows : { ...rows, release };
  }

  /** Hands rows of the reader on, which counts those that came in messages only. */
  async #write(batch: RowBatch): Promise<void> {
    const { stream, rowCount, sizeBytes } = batch;
    const firstRow = batch.firstRow + this.#batchFiles.rowCount(stream);
    await this.#load(stream).write(this.#received(batch, firstRow));
    this.#options.policy.add(stream, rowCount, sizeBytes, this.#options.now());
  }

  /** Takes the rows of a BATCH, file by file; memory and STATE are as with RECORD messages. */
  async #loadFiles(message: BatchMessage): Promise<void> {
    const { policy, rejects, readBatchFile, now } = this.#options;
    const { stream } = message;
    const schema = this.#schemas.get(stream);
    if (schema === undefined) {
      throw new UserError(
        "E_RECORD_BEFORE_SCHEMA",
        `a BATCH of stream ${stream} came before its SCHEMA`,
        { hint: "the tap must write a SCHEMA message first" },
      );
    }
    const load = this.#load(stream);
    const paths = await batchPaths(message);
    for (const path of paths) {
      const before = this.#rowCount(stream);
      for await (const event of readBatchFile(path, message, schema)) {
        if (event.type === "reject") {
          this.#batchFiles.addOthers(stream, 1);
          await rejects.add(event);
        } else if (event.type === "skipped") this.#batchFiles.addOthers(stream, event.count);
        else {
          const { batch } = event;
          this.#batchFiles.addRows(stream, batch.rowCount);
          await load.write(this.#received(batch, before + batch.firstRow));
          policy.add(stream, batch.rowCount, batch.sizeBytes, now());
          if (policy.isFull(stream)) await this.#flush([stream]);
          await this.#relieve();
        }
      }
    }
    this.#batchFiles.taken(message, paths, load.receivedMark(this.#rowCount(stream)));
  }

  /** Tells whoever waits for it how far the stream is durable. */
  async #settle(stream: string, load: RunStream): Promise<void> {
    this.#ledger.durable(stream, load.durableMark);
    await this.#batchFiles.release(stream, load.durableMark);
  }

  /** Makes the rows of `streams` durable: of all streams where only whole states may be printed. */
  async #flush(streams: readonly string[]): Promise<void> {
    const chosen = this.#isMergeable() ? streams : [...this.#streams.keys()];
    await this.#forEach(chosen, async (stream) => {
      await this.#drain(stream);
      const load = this.#load(stream);
      await load.commit({ restartRow: this.#restartRow(stream), isEnd: false });
      this.#options.policy.flushed(stream);
      await this.#settle(stream, load);
    });
    await this.#printCovered();
  }

  async #finish(): Promise<void> {
    await this.#forEach([...this.#streams], async ([stream, load]) => {
      await load.finish(
        { restartRow: this.#restartRow(stream), isEnd: true },
        load.hasBookmarkProperties || this.#ledger.hasProgressOf(stream),
      );
      await this.#settle(stream, load);
      await this.#printCovered();
    });
    await this.#options.rejects.commit();
    await this.#print(this.#ledger.whole());
  }

  /** Works on `parallelStreams` items at once. After a failure nothing more is begun, and what has begun is waited for. */
  async #forEach<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
    const waiting = [...items];
    const workers = Array.from({ length: this.#options.parallelStreams ?? 1 }, async () => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
        await work(item).catch((error: unknown) => {
          waiting.length = 0;
          throw error;
        });
      }
    });
    const results = await Promise.allSettled(workers);
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  /** Whether every stream may get rows twice without harm, so that bookmarks may be printed one by one. */
  #isMergeable(): boolean {
    if (!this.#ledger.hasBookmarks) return false;
    for (const load of this.#streams.values()) {
      const isAppended =
        load.method === "append" ||
        load.method === "history" ||
        (load.method === undefined && load.keyProperties.length === 0);
      if (isAppended) return false;
    }
    return true;
  }

  /** States leave in the order of their making, also when streams end at the same time. */
  async #printCovered(): Promise<void> {
    const before = this.#printing;
    this.#printing = (async () => {
      await before;
      await this.#print(this.#isMergeable() ? this.#ledger.merged() : this.#ledger.whole());
    })();
    await this.#printing;
  }

  async #print(text: string | undefined): Promise<void> {
    if (text === undefined) return;
    await this.#options.rejects.commit();
    await this.#options.writeState(text);
  }
}
