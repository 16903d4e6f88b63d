import { createHash } from "node:crypto";
import { Schema } from "apache-arrow";
import { buildBatch } from "delta-lake-ts";
import { type Column, type SchemaMessage, UserError } from "singer-sdk-ts";
import { arrowField, type ReaderEvent } from "singer-sdk-ts/columnar";
import type { RejectedRecord } from "./load/table-context.ts";
import type { RunStream } from "./run.ts";

/** What is appended to a stream's name, and to its table's folder, for the records that it could not take. */
export const REJECTS_SUFFIX = "__rejects";

/** The columns of every rejects table; the id keeps a record that is sent again from being listed again. */
const columns: readonly Column[] = [
  { name: "reject_id", type: { type: "string" }, nullable: false },
  { name: "reason", type: { type: "string" }, nullable: false },
  { name: "message", type: { type: "string" }, nullable: false },
  { name: "line_number", type: { type: "integer", bits: 64 }, nullable: true },
  { name: "run_id", type: { type: "string" }, nullable: false },
  { name: "rejected_at", type: { type: "timestamp" }, nullable: false },
];

/** A line of the input, or a record whose line is gone: that one is known by its number in the stream. */
export type Reject =
  | Pick<Extract<ReaderEvent, { type: "reject" }>, "stream" | "reason" | "line" | "lineNumber">
  | RejectedRecord;

export interface RejectsOptions {
  /** Records that a run may reject; one more ends it. */
  readonly max: number;
  readonly runId: string;
  readonly now: () => number;
  readonly openTable: (message: SchemaMessage, columns: readonly Column[]) => RunStream;
}

/** The rejects table of one stream, and the lines that wait for it. */
interface RejectsTable {
  readonly load: RunStream;
  readonly waiting: Readonly<Record<string, unknown>>[];
  /** How often a line was rejected in this run, by its hash: equal lines are told apart. */
  readonly counts: Map<string, number>;
  rowCount: number;
}

/** Keeps the records that fit no column: with their reason, as they came, in the table `<stream>__rejects`. */
export class Rejects {
  readonly #options: RejectsOptions;
  readonly #tables = new Map<string, RejectsTable>();
  #count = 0;

  constructor(options: RejectsOptions) {
    this.#options = options;
  }

  /** Records rejected in this run. */
  get count(): number {
    return this.#count;
  }

  /** Records of one stream rejected in this run. */
  countOf(stream: string): number {
    const table = this.#tables.get(stream);
    return table === undefined ? 0 : table.rowCount + table.waiting.length;
  }

  /** Takes a rejected record; throws E_REJECTS when it is one too many, with all before it durable. */
  async add(event: Reject): Promise<void> {
    const { max, runId, now } = this.#options;
    this.#count += 1;
    const isLine = "line" in event;
    const place = isLine ? `line ${event.lineNumber}` : `record ${event.recordNumber}`;
    const text = isLine ? event.line : event.text;
    if (this.#count > max) {
      await this.commit();
      throw new UserError(
        "E_REJECTS",
        `stream ${event.stream}: ${place}: ${event.reason}; the ${max} rejects that a run may have are used up`,
        { hint: `look into the tables *${REJECTS_SUFFIX}, or raise \`max_rejects\`` },
      );
    }
    const table = this.#table(event.stream === "" ? "unknown" : event.stream);
    const hash = createHash("sha256").update(text).digest("hex");
    const ordinal = (table.counts.get(hash) ?? 0) + 1;
    table.counts.set(hash, ordinal);
    table.waiting.push({
      reject_id: `${hash}-${ordinal}`,
      reason: isLine ? event.reason : `${place}: ${event.reason}`,
      message: text,
      line_number: isLine ? BigInt(event.lineNumber) : null,
      run_id: runId,
      rejected_at: BigInt(now()) * 1000n,
    });
  }

  /** Makes every reject so far durable: a STATE that passes them may then be printed. */
  async commit(): Promise<void> {
    for (const table of this.#tables.values()) {
      const { load, waiting } = table;
      const rows = waiting.splice(0);
      if (rows.length === 0) continue;
      const recordBatch = buildBatch(new Schema(columns.map(arrowField)), rows);
      await load.write({
        recordBatch,
        rowCount: rows.length,
        sizeBytes: rows.length * 256,
        firstRow: table.rowCount,
        version: undefined,
      });
      table.rowCount += rows.length;
      await load.commit({ restartRow: table.rowCount, isEnd: false });
    }
  }

  #table(stream: string): RejectsTable {
    const known = this.#tables.get(stream);
    if (known !== undefined) return known;
    const message: SchemaMessage = {
      type: "SCHEMA",
      stream: `${stream}${REJECTS_SUFFIX}`,
      schema: {},
      key_properties: ["reject_id"],
    };
    const load = this.#options.openTable(message, columns);
    const table: RejectsTable = { load, waiting: [], counts: new Map(), rowCount: 0 };
    this.#tables.set(stream, table);
    return table;
  }
}
