import { crc32 } from "node:zlib";
import type { ByteWriter } from "./byte-writer.ts";
import type { JsonValue } from "./json.ts";
import type { ConfigOf, Setting } from "./settings.ts";

/** The member of a STATE value under which a tap tells what it wrote before it. */
export const sourceCountsMember = "singer_sdk_ts";

/** Settings of every tap that tells what it wrote. */
export const sourceCountSettings = {
  state_checksums: {
    type: "boolean",
    default: false,
    description:
      "Whether states carry a checksum of each stream's RECORD lines beside their count, for a target with `source_check: checksums`; it costs a CRC-32 of each line. Rows in BATCH files are counted only.",
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** What a configuration says about it; a tap without these settings has no such member. */
export type SourceCountConfig = Partial<
  ConfigOf<{
    readonly type: "object";
    readonly required: readonly [];
    readonly properties: typeof sourceCountSettings;
  }>
>;

/** What a tap wrote of one stream since it began. */
export interface SourceCount {
  readonly rows: number;
  /** {@link LineSum} of its RECORD lines, without their newlines. */
  readonly checksum?: string;
}

/** The counts of one run of a tap: those of the next one begin at zero. */
export interface SourceCounts {
  readonly streams: Readonly<Record<string, SourceCount>>;
}

/** 2^48: a sum below it and a CRC-32 add up exactly in a double. */
const sumLimit = 2 ** 48;
const newline = 0x0a;

/** The sum of the lines' CRC-32, modulo 2^48: equal for the same lines in any order. */
export class LineSum {
  #sum = 0;

  /** Adds one line, without its newline. */
  addLine(line: Uint8Array): void {
    this.#sum = (this.#sum + crc32(line)) % sumLimit;
  }

  /** Adds lines that each end with a newline. */
  addLines(lines: Uint8Array): void {
    for (let start = 0; start < lines.length; ) {
      const end = lines.indexOf(newline, start);
      this.addLine(lines.subarray(start, end));
      start = end + 1;
    }
  }

  /** 12 hexadecimal digits. */
  get digits(): string {
    return this.#sum.toString(16).padStart(12, "0");
  }
}

/** Counts what a tap writes, stream by stream. */
export class SourceCounter {
  readonly #hasSums: boolean;
  readonly #streams = new Map<string, { rows: number; readonly sum: LineSum | undefined }>();

  constructor(options: { readonly hasSums: boolean }) {
    this.#hasSums = options.hasSums;
  }

  /** Takes `rows` RECORD lines of a stream, each with its newline: what stands in `bytes` from `start` on. */
  add(stream: string, rows: number, bytes: ByteWriter, start: number): void {
    let count = this.#streams.get(stream);
    if (count === undefined) {
      count = { rows: 0, sum: this.#hasSums ? new LineSum() : undefined };
      this.#streams.set(stream, count);
    }
    count.rows += rows;
    count.sum?.addLines(bytes.written().subarray(start));
  }

  /** The counts so far, as {@link SourceCounts}. */
  json(): { readonly [key: string]: JsonValue } {
    const streams = [...this.#streams].map(([stream, { rows, sum }]): [string, JsonValue] => [
      stream,
      sum === undefined ? { rows } : { rows, checksum: sum.digits },
    ]);
    return { streams: Object.fromEntries(streams) };
  }
}

/** What the tap that wrote a STATE value counted; undefined for other taps, and where the member is of another shape. */
export function sourceCountsOf(state: unknown): SourceCounts | undefined {
  const streams = memberOf(memberOf(state, sourceCountsMember), "streams");
  if (typeof streams !== "object" || streams === null) return undefined;
  const isSound = Object.values(streams).every(
    (count: unknown) =>
      typeof memberOf(count, "rows") === "number" &&
      ["string", "undefined"].includes(typeof memberOf(count, "checksum")),
  );
  // Each count was looked at.
  return isSound ? { streams: streams as SourceCounts["streams"] } : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}
