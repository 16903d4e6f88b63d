/** A batch as it came, and which of its rows the load got. */
interface Span {
  readonly received: number;
  readonly taken: number;
  readonly count: number;
  /** The rows that were taken, by their place in the batch, ascending. */
  readonly rows: Int32Array;
}

/**
 * Two ways to count the rows of a stream: as received, and as taken by its load, which does not get those that a
 * contract rejects. STATE is about the first, the load about the second.
 */
export class RowNumbers {
  #spans: Span[] = [];
  #takenCount = 0;
  #hasRejects = false;
  /** Rows received before the spans that are remembered, and how many of them were taken. */
  #settled = { received: 0, taken: 0 };

  /** Count of rows taken so far. */
  get takenCount(): number {
    return this.#takenCount;
  }

  /** Adds a batch whose first row is the stream's row `received`; `rows` are those taken. */
  add(received: number, count: number, rows: Int32Array): void {
    this.#hasRejects ||= rows.length < count;
    this.#spans.push({ received, taken: this.#takenCount, count, rows });
    this.#takenCount += rows.length;
  }

  /** Of the rows received before `row` those taken. */
  taken(row: number): number {
    if (!this.#hasRejects) return row;
    const span = this.#spans.findLast(({ received }) => received <= row);
    if (span === undefined) return this.#settled.taken;
    const inside = span.rows.findIndex((place) => span.received + place >= row);
    return span.taken + (inside === -1 ? span.rows.length : inside);
  }

  /** How many rows were received up to where `row` of those taken begins: rejects before it are counted. */
  received(row: number): number {
    if (!this.#hasRejects) return row;
    let end = this.#settled.received;
    for (const span of this.#spans) {
      if (span.taken + span.rows.length <= row) end = span.received + span.count;
      else if (span.taken <= row) return span.received + (span.rows[row - span.taken] ?? 0);
    }
    return end;
  }

  /** Forgets what lies before `row` of those received. */
  forget(row: number): void {
    while (this.#spans.length > 1) {
      const [first] = this.#spans;
      if (first === undefined || first.received + first.count > row) return;
      this.#settled = {
        received: first.received + first.count,
        taken: first.taken + first.rows.length,
      };
      this.#spans.shift();
    }
  }
}
