/** The part of a terminal that a status line needs. */
export interface Terminal {
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** The line is drawn at most four times a second. */
const intervalMs = 250;
const clearLine = "\r\u001B[K";

/** One line below everything else on a terminal that says how a run goes; what is written takes its place. */
export class StatusLine {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  #isShown = false;
  #drawnMs = Number.NEGATIVE_INFINITY;

  constructor(terminal: Terminal, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
  }

  /** Draws the text in the place of the last one, unless that is too fresh; `undefined` clears the line. */
  show(text: string | undefined): void {
    if (text === undefined) return this.#clear();
    const nowMs = this.#now();
    if (nowMs - this.#drawnMs < intervalMs) return;
    this.#drawnMs = nowMs;
    // A line that wraps could not be taken back. The cursor waits at its beginning: other programs write to the same
    // terminal, and then write over it.
    const fitting = text.slice(0, widthOf(this.#terminal) - 1);
    this.#terminal.write(`${clearLine}${fitting}\r`);
    this.#isShown = true;
  }

  /** Writes what stays. */
  write(text: string): void {
    this.#clear();
    this.#terminal.write(text);
  }

  #clear(): void {
    if (this.#isShown) this.#terminal.write(clearLine);
    this.#isShown = false;
  }
}

/** Columns; a terminal that nobody gave a size says 0. */
function widthOf({ columns = 0 }: Terminal): number {
  return columns > 0 ? columns : 80;
}
