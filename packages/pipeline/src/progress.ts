/** Rows read so far, shown on one line of a terminal; what must be seen is printed above that line. */
export class Progress {
  readonly #name: string;
  readonly #rows = new Map<string, number>();
  readonly #isTerminal = process.stderr.isTTY;

  constructor(name: string) {
    this.#name = name;
  }

  get streamCount(): number {
    return this.#rows.size;
  }

  get rowCount(): number {
    return [...this.#rows.values()].reduce((sum, count) => sum + count, 0);
  }

  /** `count` more rows of `stream` were read. */
  count(stream: string, count: number): void {
    this.#rows.set(stream, (this.#rows.get(stream) ?? 0) + count);
    const { streamCount, rowCount } = this;
    this.#show(`${this.#name}: ${streamCount} streams, ${rowCount.toLocaleString("en-US")} rows`);
  }

  tell(text: string): void {
    this.end();
    process.stderr.write(`${this.#name}: ${text}\n`);
  }

  /** Clears the line. */
  end(): void {
    if (this.#isTerminal) process.stderr.write("\r\u001B[K");
  }

  #show(text: string): void {
    if (this.#isTerminal) process.stderr.write(`\r${text}\u001B[K`);
  }
}
