import { availableParallelism } from "node:os";
import type { Action, AddFile } from "../action.ts";
import { DataFileWriter } from "../data-file.ts";
import type { EncodeWorker } from "../encode-worker/encode-worker.ts";
import type { ThreadWriterOptions } from "../rewrite-thread/message.ts";
import { RewriteThread } from "../rewrite-thread/rewrite-thread.ts";
import type { Runtime } from "../runtime.ts";
import type { ObjectStore } from "../store.ts";
import { ChangeWriter } from "./change-writer.ts";
import {
  type FileRewrite,
  type RewriteOutcome,
  type RewriteTarget,
  rewriteFile,
} from "./merge-rewrite.ts";
import { stopping, TwoEndedQueue } from "./two-ended-queue.ts";

/** Below this many bytes to rewrite a second thread is not worth its start. */
const THREAD_BYTES_MIN = 8 * 1024 * 1024;

/** Two files take rows at once, one in each thread: small row groups keep both below the memory of one (bench/delta). */
const ROW_GROUP_BYTES = 8 * 1024 * 1024;

/** A file to rewrite: made when it is its turn, since its new rows are copied for it. */
export interface PlannedRewrite {
  readonly add: AddFile;
  /** Matches whose source row takes their place; the others go. */
  readonly placedCount: number;
  create(): Promise<FileRewrite>;
}

/** Writes the data files of one merge, the rewritten ones on two threads. Nothing is visible before a commit names them. */
export class FileRewriter {
  /** Takes rows that come in. */
  readonly writer: DataFileWriter;
  /** Takes the changes of rows, where the table keeps a change data feed. */
  readonly changes: ChangeWriter | undefined;
  readonly #store: ObjectStore;
  readonly #options: ThreadWriterOptions;
  readonly #threadAdds: AddFile[] = [];
  #thread: RewriteThread | undefined;

  /** An `encodeWorker` encodes the rows that come in: for where no file is rewritten meanwhile. */
  constructor(
    store: ObjectStore,
    options: ThreadWriterOptions,
    own: { readonly runtime: Runtime; readonly encodeWorker?: EncodeWorker },
    tracksChanges = false,
  ) {
    this.#store = store;
    this.#options = { rowGroupBytes: ROW_GROUP_BYTES, ...options };
    this.writer = new DataFileWriter(store, { ...this.#options, ...own });
    const { runtime } = own;
    this.changes = tracksChanges
      ? new ChangeWriter(store, { ...this.#options, runtime })
      : undefined;
  }

  /**
   * Rewrites files on the caller's thread from the first one on and on a second thread from the last one on, until they
   * meet: so the files of each keep a range of keys of their own. `usesThread` undefined: where the machine has two
   * cores and there is much to do. The outcomes come in the order of the files.
   */
  async rewrite(
    planned: readonly PlannedRewrite[],
    usesThread: boolean | undefined,
  ): Promise<readonly RewriteOutcome[]> {
    const outcomes: RewriteOutcome[] = [];
    const queue = new TwoEndedQueue(planned);
    const lanes = [this.#rewriteHere(queue, outcomes)];
    // Change files are written by the caller's thread alone.
    const isShared = this.changes === undefined && planned.length > 1;
    if (isShared && (usesThread ?? isThreadWorthwhile(planned))) {
      this.#thread = new RewriteThread(this.#store, this.#options);
      lanes.push(this.#rewriteThere(this.#thread, queue, outcomes));
    }
    const results = await Promise.allSettled(lanes.map((lane) => stopping(lane, queue)));
    for (const result of results) if (result.status === "rejected") throw result.reason;
    return outcomes;
  }

  /** Finishes every file; they are durable when this resolves. The actions that name them: adds, and change files. */
  async close(): Promise<readonly Action[]> {
    const adds = [...(await this.writer.close()), ...this.#threadAdds];
    const changeFiles = (await this.changes?.close()) ?? [];
    return [...adds.map((add): Action => ({ type: "add", add })), ...changeFiles];
  }

  /** Deletes every file again. Only before a commit was tried. */
  async abort(): Promise<void> {
    await this.writer.abort();
    await this.changes?.abort();
    await this.#thread?.abort();
  }

  /** For work on single files in the caller's thread. */
  target(): RewriteTarget {
    const { writer, changes } = this;
    const { keeps } = this.#options;
    return { store: this.#store, writer, options: this.#options, changes, keeps };
  }

  async #rewriteHere(
    queue: TwoEndedQueue<PlannedRewrite>,
    outcomes: RewriteOutcome[],
  ): Promise<void> {
    const target = this.target();
    for (let next = queue.first(); next !== undefined; next = queue.first()) {
      outcomes[next.index] = await rewriteFile(target, await next.item.create());
    }
  }

  async #rewriteThere(
    thread: RewriteThread,
    queue: TwoEndedQueue<PlannedRewrite>,
    outcomes: RewriteOutcome[],
  ): Promise<void> {
    let before: Promise<void> | undefined;
    for (let next = queue.last(); next !== undefined; next = queue.last()) {
      const { index, item: planned } = next;
      const rewriting = (async (): Promise<void> => {
        outcomes[index] = await thread.rewrite(await planned.create());
      })();
      // It fails when it is waited for, at the latest by the next turn of the loop.
      rewriting.catch(() => undefined);
      await before;
      before = rewriting;
      if (!RewriteThread.isSentAhead(planned.add)) await before;
    }
    await before;
    this.#threadAdds.push(...(await thread.close()));
  }
}

function isThreadWorthwhile(planned: readonly PlannedRewrite[]): boolean {
  const sizeBytes = planned.reduce((sum, { add }) => sum + add.size, 0);
  return availableParallelism() > 1 && sizeBytes >= THREAD_BYTES_MIN;
}
