import type { RecordBatch } from "apache-arrow";
import { type BatchLink, LinkBuilder } from "../batch-link.ts";
import { ResumeWindow, type ResumeWindowOptions } from "../resume-window.ts";
import { hashRows } from "../row-hash.ts";

interface HeldBatch {
  readonly batch: RecordBatch;
  readonly lanes: Int32Array;
  readonly firstRow: number;
}

export interface RowFilterOptions extends ResumeWindowOptions {
  /** Metadata columns (`_sdc_…`) that are a part of what a row says. */
  readonly metadata?: readonly string[];
}

/**
 * Lets each row of a stream without keys pass once, also when a restarted tap sends it again, and keeps the identity
 * of what passed for the commit.
 */
export class RowFilter {
  readonly #window: ResumeWindow;
  readonly #metadata: readonly string[];
  #undecided: HeldBatch[] = [];
  /** Where the first undecided row stands; rows before it were dropped or passed. */
  #passedRow = 0;
  #firstRow: number | undefined;
  /** Hashes of the rows that passed since the last `cut`. */
  #hashes: { readonly lanes: Int32Array; readonly firstRow: number }[] = [];

  constructor(chain: readonly BatchLink[], { metadata = [], ...options }: RowFilterOptions = {}) {
    this.#window = new ResumeWindow(chain, options);
    this.#metadata = metadata;
  }

  /** Rows before this one were dropped or passed. */
  get passedRow(): number {
    return this.#passedRow;
  }

  /** Whether batches wait for what follows them. */
  get isHolding(): boolean {
    return this.#undecided.length > 0;
  }

  get droppedCount(): number {
    return this.#window.droppedCount;
  }

  /** Takes the next rows and gives those that are known to be new by now. */
  take(batch: RecordBatch, firstRow: number): RecordBatch[] {
    const lanes = hashRows(
      batch,
      batch.schema.fields
        .map(({ name }) => name)
        .filter((name) => !name.startsWith("_sdc_") || this.#metadata.includes(name)),
    );
    this.#firstRow ??= firstRow;
    this.#window.add(lanes);
    this.#undecided.push({ batch, lanes, firstRow });
    return this.#pass();
  }

  /** The stream has ended: what is still undecided is new. */
  close(): RecordBatch[] {
    this.#window.close();
    return this.#pass();
  }

  /** The identity of the rows that passed since the last time, cut at `restartRow`. */
  cut(restartRow: number): readonly BatchLink[] {
    const links: BatchLink[] = [];
    const builder = new LinkBuilder();
    const push = (): void => {
      const link = builder.cut();
      if (link !== undefined) links.push(link);
    };
    for (const { lanes, firstRow } of this.#hashes) {
      const count = lanes.length / 4;
      const split = Math.min(Math.max(restartRow - firstRow, 0), count);
      builder.add(lanes, 0, split);
      if (split < count) {
        if (firstRow + split === restartRow) push();
        builder.add(lanes, split, count);
      }
    }
    push();
    this.#hashes = [];
    return links;
  }

  #pass(): RecordBatch[] {
    const firstKept = (this.#firstRow ?? 0) + this.#window.droppedCount;
    const passed: RecordBatch[] = [];
    while (this.#undecided.length > 0) {
      const [head] = this.#undecided;
      if (head === undefined) break;
      const end = head.firstRow + head.batch.numRows;
      const start = Math.max(firstKept, head.firstRow);
      if (start < end && this.#window.isOpen) {
        this.#passedRow = start;
        return passed;
      }
      if (start < end) {
        const skipped = start - head.firstRow;
        passed.push(skipped === 0 ? head.batch : head.batch.slice(skipped));
        this.#hashes.push({ lanes: head.lanes.subarray(4 * skipped), firstRow: start });
      }
      this.#passedRow = end;
      this.#undecided.shift();
    }
    return passed;
  }
}
