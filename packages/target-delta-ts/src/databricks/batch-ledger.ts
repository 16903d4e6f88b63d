import { type BatchLink, parseLinks } from "../batch-link.ts";
import { literal } from "./sql-text.ts";
import type { Row, Warehouse } from "./warehouse.ts";

/** How many of the newest batches are searched for what an earlier run has loaded (delta.md §1.20: K). */
const BATCHES_MAX = 200;

/** One batch of keyless rows: noted before its COPY INTO, and again after it. */
export interface LedgerBatch {
  readonly sequence: number;
  /** What brings the rows in. */
  readonly statements: readonly string[];
  readonly links: readonly BatchLink[];
  readonly isDone: boolean;
}

/**
 * Keeps, in a table beside the loaded ones, what was appended. A batch that was noted but not done is copied again:
 * COPY INTO skips the files that the table has, so that afterwards the batch is in it once, whatever happened before.
 */
export class BatchLedger {
  readonly #warehouse: Warehouse;
  readonly #table: string;
  readonly #appId: string;
  #sequence = 0;

  constructor(warehouse: Warehouse, names: { readonly table: string; readonly appId: string }) {
    this.#warehouse = warehouse;
    this.#table = names.table;
    this.#appId = names.appId;
  }

  /** The newest batches of this stream, oldest first; makes the ledger's table when it is missing. */
  async read(): Promise<readonly LedgerBatch[]> {
    await this.#warehouse.run(createLedger(this.#table));
    const rows = await this.#warehouse.run(
      `SELECT CAST(sequence AS STRING) AS sequence, max(CAST(is_done AS STRING)) AS is_done, max(statements) AS statements, max(links) AS links FROM ${this.#table} WHERE app_id = ${literal(this.#appId)} GROUP BY sequence ORDER BY CAST(sequence AS BIGINT) DESC LIMIT ${BATCHES_MAX}`,
    );
    const batches = rows.map(parseBatch).toReversed();
    this.#sequence = batches.at(-1)?.sequence ?? 0;
    return batches;
  }

  /** Notes a batch before its rows go in; gives its number. */
  async begin(statements: readonly string[], links: readonly BatchLink[]): Promise<number> {
    this.#sequence += 1;
    const json = literal(JSON.stringify(links));
    await this.#insert(this.#sequence, `false, ${literal(JSON.stringify(statements))}, ${json}`);
    return this.#sequence;
  }

  /** Notes that the rows so far were replaced: none of them is recognised any more. */
  async end(): Promise<void> {
    await this.finish(await this.begin([], [{ n: 0, h: "", f: "", tail: [], end: true }]));
  }

  async finish(sequence: number): Promise<void> {
    await this.#insert(sequence, "true, NULL, NULL");
  }

  async #insert(sequence: number, values: string): Promise<void> {
    await this.#warehouse.run(
      `INSERT INTO ${this.#table} VALUES (${literal(this.#appId)}, ${sequence}, ${values})`,
    );
  }
}

/** The ledger's table, for whoever needs it first. */
export function createLedger(table: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (app_id STRING, sequence BIGINT, is_done BOOLEAN, statements STRING, links STRING) USING DELTA COMMENT 'Batches that target-delta-ts has appended'`;
}

function parseBatch(row: Row): LedgerBatch {
  const { links, statements } = row;
  return {
    sequence: Number(row["sequence"]),
    statements: typeof statements === "string" ? parseTexts(JSON.parse(statements)) : [],
    links: typeof links === "string" ? parseLinks(JSON.parse(links)) : [],
    isDone: row["is_done"] === "true",
  };
}

function parseTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
