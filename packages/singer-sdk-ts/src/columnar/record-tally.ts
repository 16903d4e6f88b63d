import { LineSum } from "../source-counts.ts";

/** Counts of each stream's records that its rows do not tell. */
export class RecordTally {
  readonly #refusals = new Map<string, number>();
  /** Undefined for a stream with a line that was too long to be held. */
  readonly #sums = new Map<string, LineSum | undefined>();

  /** A record that became no row: rejected or skipped. */
  refuse(stream: string): void {
    this.#refusals.set(stream, this.refusals(stream) + 1);
  }

  refusals(stream: string): number {
    return this.#refusals.get(stream) ?? 0;
  }

  /** Adds a record's line, without its newline. */
  addLine(stream: string, line: Uint8Array): void {
    let sum = this.#sums.get(stream);
    if (sum === undefined) {
      if (this.#sums.has(stream)) return;
      sum = new LineSum();
      this.#sums.set(stream, sum);
    }
    sum.addLine(line);
  }

  /** A line was too long to be held: the stream has no sum any more. */
  loseLine(stream: string): void {
    this.#sums.set(stream, undefined);
  }

  digits(stream: string): string | undefined {
    return this.#sums.get(stream)?.digits;
  }
}
