import { type Data, Field, makeData, type RecordBatch, TimestampMicrosecond } from "apache-arrow";
import { type AddFile, type DeltaTable, mapColumns, type StructType } from "delta-lake-ts";
import { conform } from "../conform.ts";
import { evolve } from "../evolution.ts";
import { rowsOfNewKeys } from "../first-per-key.ts";
import { KeySet } from "../key-set.ts";
import { hashRows } from "../row-hash.ts";
import { batchOf } from "../table-columns.ts";
import { PartWriter, partsOf } from "./part-writer.ts";
import type { TableContext } from "./table-context.ts";

const DELETED_AT = "_sdc_deleted_at";

export interface CarryOver {
  readonly context: TableContext;
  readonly live: DeltaTable;
  /** Undefined for a full load without rows. */
  readonly staged: DeltaTable | undefined;
  /** The key's columns, by the staged table's names. */
  readonly keys: readonly string[];
  readonly deletedAtMs: number;
}

/**
 * Soft deletion by a full load: the live rows whose key is not staged, written again with the time of their deletion,
 * and the schema that holds both. A row that was deleted before keeps its time.
 */
export async function carryOver({
  context,
  live,
  staged,
  keys,
  deletedAtMs,
}: CarryOver): Promise<{ readonly files: readonly AddFile[]; readonly schema: StructType }> {
  const marked = withDeletedAt((staged ?? live).schema);
  const parts = partsOf(staged ?? live, context.parts);
  const { schema: joined, targets } = evolve(context.stream, marked, live.schema);
  const { schema } = mapColumns(joined, parts.configuration);
  const seen = new KeySet(0);
  for await (const batch of staged?.read({ columns: keys }) ?? []) {
    const lanes = hashRows(batch, keys);
    for (let row = 0; row < batch.numRows; row++) seen.add(lanes, 4 * row);
  }
  const writer = new PartWriter(context.store, parts);
  for await (const batch of live.read()) {
    const conformed = conform(batch, targets);
    for (const rows of rowsOfNewKeys(conformed, hashRows(conformed, keys), seen))
      await writer.write(markDeleted(rows, deletedAtMs), schema);
  }
  return { files: await writer.close(), schema };
}

function withDeletedAt(schema: StructType): StructType {
  if (schema.fields.some(({ name }) => name === DELETED_AT)) return schema;
  const field = { name: DELETED_AT, type: "timestamp", nullable: true, metadata: {} } as const;
  return { type: "struct", fields: [...schema.fields, field] };
}

/** Gives every row without a time of deletion this one. */
function markDeleted(batch: RecordBatch, deletedAtMs: number): RecordBatch {
  const times = new BigInt64Array(batch.numRows).fill(BigInt(deletedAtMs) * 1000n);
  const fields: Field[] = [];
  const children: Data[] = [];
  batch.schema.fields.forEach((field, index) => {
    const child = batch.data.children[index];
    if (child === undefined) return;
    if (field.name !== DELETED_AT) {
      fields.push(field);
      children.push(child);
      return;
    }
    const values = child.values as BigInt64Array; // Delta's timestamp: microseconds in 64 bits.
    for (let row = 0; row < batch.numRows; row++)
      if (child.getValid(row)) times[row] = values[row] ?? 0n;
  });
  const type = new TimestampMicrosecond("UTC");
  fields.push(new Field(DELETED_AT, type, true));
  children.push(makeData({ type, length: batch.numRows, nullCount: 0, data: times }));
  return batchOf(fields, children, batch.numRows);
}
