import type { Log } from "singer-sdk-ts";
import type { ColumnarReader } from "singer-sdk-ts/columnar";
import type { RunStream } from "./run.ts";

/** How far a run is. */
export interface Progress {
  readonly streamCount: number;
  readonly rowCount: number;
  /** Rows that cannot be lost any more: committed, or staged for a version that is to come. */
  readonly durableCount: number;
}

const INTERVAL_MS = 250;
/** The speed shown is that of the last five seconds. */
const SAMPLES_MAX = 20;

/** Shows at a terminal how a run goes; does nothing where nobody looks. */
export class ProgressLine {
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #startMs = performance.now();
  readonly #samples = [{ ms: this.#startMs, rowCount: 0 }];

  constructor(log: Log, progress: () => Progress) {
    this.#log = log;
    if (log.status === undefined) return;
    this.#timer = setInterval(() => this.#show(progress()), INTERVAL_MS);
    this.#timer.unref();
  }

  /** Clears the line. */
  end(): void {
    clearInterval(this.#timer);
    this.#log.status?.(undefined);
  }

  #show(progress: Progress): void {
    const ms = performance.now();
    const [oldest = { ms: this.#startMs, rowCount: 0 }] = this.#samples;
    this.#samples.push({ ms, rowCount: progress.rowCount });
    if (this.#samples.length > SAMPLES_MAX) this.#samples.shift();
    const speed = (1000 * (progress.rowCount - oldest.rowCount)) / (ms - oldest.ms);
    this.#log.status?.(progressText(progress, { elapsedMs: ms - this.#startMs, speed }));
  }
}

/** What the line says; `speed` in rows per second. */
export function progressText(
  { streamCount, rowCount, durableCount }: Progress,
  { elapsedMs, speed }: { readonly elapsedMs: number; readonly speed: number },
): string {
  const seconds = Math.floor(elapsedMs / 1000);
  const read = `${counted(rowCount, "row")} of ${counted(streamCount, "stream")}`;
  return `${seconds} s: ${read}, ${digits(speed)} rows/s, ${digits(durableCount)} durable`;
}

function counted(count: number, noun: string): string {
  return `${digits(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function digits(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** Counts rows that wait in the reader too: of a slow source they are all that there is for a while. */
export function progressOf(
  reader: Pick<ColumnarReader, "rowCount">,
  streams: ReadonlyMap<string, Pick<RunStream, "rowCount" | "durableMark">>,
): Progress {
  let rowCount = 0;
  let durableCount = 0;
  for (const [stream, load] of streams) {
    // Rows of BATCH files come past the reader.
    const received = Math.max(reader.rowCount(stream), load.rowCount);
    rowCount += received;
    // The mark counts activations, too.
    durableCount += Math.min(load.durableMark, received);
  }
  return { streamCount: streams.size, rowCount, durableCount };
}
