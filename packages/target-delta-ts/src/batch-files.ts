import { rm } from "node:fs/promises";
import type { BatchMessage } from "singer-sdk-ts";

/** Files whose rows are not all durable. */
interface WaitingFiles {
  readonly stream: string;
  readonly paths: readonly string[];
  /** The stream's durable mark once all rows of the files are safe. */
  readonly mark: number;
}

/** Counts the rows that came in BATCH files, and deletes the files that a tap left to us once their rows are safe. */
export class BatchFiles {
  readonly #rowCounts = new Map<string, number>();
  readonly #otherCounts = new Map<string, number>();
  #waiting: WaitingFiles[] = [];

  /** Rows of a stream that came in files. */
  rowCount(stream: string): number {
    return this.#rowCounts.get(stream) ?? 0;
  }

  /** Records of a stream that came in files, those that became no row included. */
  recordCount(stream: string): number {
    return this.rowCount(stream) + (this.#otherCounts.get(stream) ?? 0);
  }

  /** Records that were rejected or skipped. */
  addOthers(stream: string, count: number): void {
    this.#otherCounts.set(stream, (this.#otherCounts.get(stream) ?? 0) + count);
  }

  addRows(stream: string, rowCount: number): void {
    this.#rowCounts.set(stream, this.rowCount(stream) + rowCount);
  }

  /** All rows of the message are taken; `mark` is the stream's mark behind them. */
  taken({ stream, delete_after_load }: BatchMessage, paths: readonly string[], mark: number): void {
    if (delete_after_load === true) this.#waiting.push({ stream, paths, mark });
  }

  /** Deletes the files that are not needed any more: a tap that restarts writes others. */
  async release(stream: string, durableMark: number): Promise<void> {
    const isSafe = (files: WaitingFiles): boolean =>
      files.stream === stream && files.mark <= durableMark;
    const safe = this.#waiting.filter(isSafe);
    this.#waiting = this.#waiting.filter((files) => !isSafe(files));
    for (const { paths } of safe)
      for (const path of paths) await rm(path, { force: true }).catch(() => undefined);
  }
}
