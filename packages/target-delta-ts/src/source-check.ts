import type { JsonValue, Log } from "singer-sdk-ts";
import { type SourceCount, sourceCountsOf } from "singer-sdk-ts/source-counts";

/** What a tap's own counts are held against: rows, checksums of their lines as well, or nothing. */
export type SourceCheckMode = "counts" | "checksums" | "none";

/** What was received of a stream; `checksum` where all its records came as lines that were summed up. */
export interface ReceivedRecords {
  readonly rows: number;
  readonly checksum: string | undefined;
}

/** What a stream's source says, and what came in. */
interface Compared {
  readonly stream: string;
  readonly count: SourceCount;
  readonly got: ReceivedRecords;
}

/**
 * Holds what a tap says in its states that it wrote against what came in. Our taps say it; the states of others pass.
 * From the first difference on no state may leave: the next run then reads again what was lost on the way.
 */
export class SourceCheck {
  readonly #mode: SourceCheckMode;
  readonly #log: Log;
  /** Records of each stream from before the run of the tap that counts now; one pipe may hold several, one after the other. */
  #before = new Map<string, number>();
  /** Records of each stream up to the last state that told them, by the source's word. */
  readonly #told = new Map<string, number>();
  readonly #different = new Set<string>();

  constructor(mode: SourceCheckMode, log: Log) {
    this.#mode = mode;
    this.#log = log;
  }

  get differs(): boolean {
    return this.#different.size > 0;
  }

  differsIn(stream: string): boolean {
    return this.#different.has(stream);
  }

  /** Records that the source says it wrote of a stream; undefined when it did not say. */
  told(stream: string): number | undefined {
    return this.#told.get(stream);
  }

  /** Looks at a state at its place among the records. */
  state(value: JsonValue, received: (stream: string) => ReceivedRecords): void {
    const counts = this.#mode === "none" ? undefined : sourceCountsOf(value);
    if (counts === undefined) return;
    const streams = Object.entries(counts.streams).map(([stream, count]) => ({
      stream,
      count,
      got: received(stream),
    }));
    if (this.#isNewRun(streams)) {
      this.#before = new Map(this.#told);
      for (const { stream, count, got } of streams) {
        this.#before.set(stream, got.rows - count.rows);
      }
    }
    for (const one of streams) this.#compare(one);
  }

  /**
   * A tap that began anew counts from zero, behind everything that the one before told; some of its records may have
   * come behind that. Records that are lost, or double, do not look so.
   */
  #isNewRun(streams: readonly Compared[]): boolean {
    const told = (stream: string): number => this.#told.get(stream) ?? 0;
    return (
      this.#told.size > 0 &&
      streams.some(
        ({ stream, count, got }) => got.rows !== this.#rowsBefore(stream) + count.rows,
      ) &&
      streams.every(({ stream, count, got }) => got.rows >= told(stream) + count.rows)
    );
  }

  #rowsBefore(stream: string): number {
    return this.#before.get(stream) ?? 0;
  }

  #compare({ stream, count: { rows, checksum }, got }: Compared): void {
    const before = this.#rowsBefore(stream);
    this.#told.set(stream, before + rows);
    // The sum of what came in reaches back to the first record of the pipe.
    const isAlike =
      this.#mode === "counts" ||
      before > 0 ||
      checksum === undefined ||
      got.checksum === undefined ||
      checksum === got.checksum;
    if (got.rows === before + rows && isAlike) return;
    if (this.#different.has(stream)) return;
    this.#different.add(stream);
    this.#log.error("source_differs", {
      code: "E_SOURCE_COUNT",
      stream,
      wrote: rows,
      received: got.rows - before,
      ...(isAlike ? {} : { wroteChecksum: checksum, receivedChecksum: got.checksum }),
      hint: "records changed between tap and target; no later state is printed, so that the next run reads them again; where a mapper changes them on purpose, set `source_check: none`",
    });
  }
}
