import type { RecordBatch } from "apache-arrow";
import type { ColumnarReader, ReaderEvent } from "singer-sdk-ts/columnar";
import { lastPerKey } from "../first-per-key.ts";
import { tableColumns } from "../table-columns.ts";
import type { Verification } from "../verify.ts";
import type { StagingArea } from "./staging-area.ts";
import { type StagedFiles, sumOfFiles, sumOfTable } from "./statement.ts";
import type { Row, Warehouse } from "./warehouse.ts";
import type { WarehouseTable } from "./warehouse-table.ts";

/** Rows of a stream are staged when this much waits. */
const HELD_BYTES_MAX = 128 * 1024 * 1024;

/** Where one stream's rows are, and where they are staged to be compared. */
interface VerifiedTable {
  readonly path: string;
  readonly isAbsent: boolean;
  readonly table: WarehouseTable;
  readonly staging: StagingArea;
}

export interface WarehouseVerifyOptions {
  readonly reader: ColumnarReader;
  readonly warehouse: Warehouse;
  readonly openTable: (stream: string) => Promise<VerifiedTable>;
  readonly now: () => number;
}

/**
 * Reads a whole Singer stream and compares each stream with its table: the source's rows are staged, and the warehouse
 * counts and sums up the hashes of both sides in the same way. No table is changed.
 */
export async function* verifyInWarehouse(
  options: WarehouseVerifyOptions,
): AsyncGenerator<Verification> {
  const { reader, openTable, warehouse, now } = options;
  const sources = new Map<string, StagedSource>();
  const verifications: Promise<Verification>[] = [];
  const finish = (source: StagedSource) => {
    const verification = source.compare(warehouse, now);
    // A failure is seen when the result is waited for.
    verification.catch(() => undefined);
    verifications.push(verification);
  };
  for (;;) {
    const event = await reader.next();
    if (event === undefined) break;
    if (event.type === "schema") {
      const { stream } = event.message;
      const source =
        sources.get(stream) ?? new StagedSource(stream, await openTable(stream), now());
      await source.setSchema(event);
      sources.set(stream, source);
    } else if (event.type === "rows") {
      await sources.get(event.batch.stream)?.add(event.batch);
    }
  }
  for (const source of sources.values()) finish(source);
  for (const verification of verifications) yield await verification;
}

/** The rows of one stream as they would be in its table, in files of the volume. */
class StagedSource {
  readonly #stream: string;
  readonly #target: VerifiedTable;
  readonly #startMs: number;
  readonly #parts: StagedFiles[] = [];
  #held: RecordBatch[] = [];
  #heldBytes = 0;
  #keys: readonly string[] = [];

  constructor(stream: string, target: VerifiedTable, startMs: number) {
    this.#stream = stream;
    this.#target = target;
    this.#startMs = startMs;
  }

  async setSchema({ message, columns }: Extract<ReaderEvent, { type: "schema" }>): Promise<void> {
    await this.#stage();
    const { schema } = this.#target.table;
    const source = tableColumns(
      this.#stream,
      columns.filter(({ name }) => !name.startsWith("_sdc_")),
    );
    schema.use(source);
    this.#keys = message.key_properties.flatMap((key) => schema.tableName(key) ?? []);
  }

  async add(rows: {
    readonly recordBatch: RecordBatch;
    readonly sizeBytes: number;
  }): Promise<void> {
    this.#held.push(this.#target.table.schema.conform(rows.recordBatch));
    this.#heldBytes += rows.sizeBytes;
    if (this.#heldBytes > HELD_BYTES_MAX) await this.#stage();
  }

  async compare(warehouse: Warehouse, now: () => number): Promise<Verification> {
    await this.#stage();
    const { table, path, isAbsent, staging } = this.#target;
    const fields = table.schema.schema.fields.filter(({ name }) => !name.startsWith("_sdc_"));
    const source =
      this.#parts.length === 0
        ? { rows: 0, checksum: sumDigits(null) }
        : parseSum(await warehouse.run(sumOfFiles(this.#parts, { fields, keys: this.#keys })));
    const found = isAbsent
      ? undefined
      : parseSum(await warehouse.run(sumOfTable(table.name, fields)));
    for (const staged of this.#parts) await staging.remove(staged);
    return {
      stream: this.#stream,
      path,
      sourceRows: source.rows,
      ...(found === undefined ? {} : { tableRows: found.rows }),
      sourceChecksum: source.checksum,
      ...(found === undefined ? {} : { tableChecksum: found.checksum }),
      seconds: Math.round(now() - this.#startMs) / 1000,
      match: found?.rows === source.rows && found.checksum === source.checksum,
    };
  }

  async #stage(): Promise<void> {
    const { table, staging } = this.#target;
    const held = this.#held.splice(0);
    this.#heldBytes = 0;
    const batches = this.#keys.length === 0 ? held : lastPerKey(held, this.#keys);
    for (const batch of batches) await staging.write(batch, table.schema.schema);
    const staged = await staging.upload(table.schema.schema);
    if (staged !== undefined) this.#parts.push(staged);
  }
}

function parseSum(rows: readonly Row[]): { readonly rows: number; readonly checksum: string } {
  const [row = {}] = rows;
  return { rows: Number(row["row_count"]), checksum: sumDigits(row["hash_sum"]) };
}

/** The sum of 64-bit hashes, as the 16 hexadecimal digits of its lowest 64 bits. */
function sumDigits(sum: unknown): string {
  const value = typeof sum === "string" ? BigInt(sum) : 0n;
  return BigInt.asUintN(64, value).toString(16).padStart(16, "0");
}
