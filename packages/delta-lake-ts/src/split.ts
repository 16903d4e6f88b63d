import type { Data, RecordBatch } from "apache-arrow";
import { Schema } from "apache-arrow";
import type { PartitionValues } from "./action.ts";
import { createBatch } from "./arrow/batch.ts";
import { readScalar } from "./arrow/scalar.ts";
import { takeRows } from "./arrow/take.ts";
import { DeltaError } from "./error.ts";
import { formatPartitionValue } from "./partition.ts";
import { findField, type StructField, type StructType } from "./schema.ts";

/** The rows of one partition, without the partition columns. */
export interface PartitionPart {
  readonly partitionValues: PartitionValues;
  readonly batch: RecordBatch;
}

/** Routes the rows of a batch, which has the table's columns in the table's order, to their partitions. */
export function splitByPartition(
  batch: RecordBatch,
  schema: StructType,
  partitionColumns: readonly string[],
): PartitionPart[] {
  if (partitionColumns.length === 0) return [{ partitionValues: {}, batch }];
  const columns = partitionColumns.map((name) => partitionColumn(batch, schema, name));
  const rowsByKey = new Map<string, { values: PartitionValues; rows: number[] }>();
  for (let row = 0; row < batch.numRows; row += 1) {
    const texts = columns.map(({ data, field }) => partitionText(data, field, row));
    const key = JSON.stringify(texts);
    const found = rowsByKey.get(key);
    if (found !== undefined) found.rows.push(row);
    else {
      const values = Object.fromEntries(
        columns.map(({ field }, index) => [field.name, texts[index] ?? null]),
      );
      rowsByKey.set(key, { values, rows: [row] });
    }
  }
  const names = new Set(columns.map(({ field }) => field.name));
  const stripped = withoutColumns(batch, names);
  return [...rowsByKey.values()].map(({ values, rows }) => ({
    partitionValues: values,
    batch: rows.length === batch.numRows ? stripped : takeRows(stripped, Int32Array.from(rows)),
  }));
}

function partitionColumn(
  batch: RecordBatch,
  schema: StructType,
  name: string,
): { data: Data; field: StructField } {
  const field = findField(schema, name);
  const index = field === undefined ? -1 : schema.fields.indexOf(field);
  const data = batch.data.children[index];
  if (field === undefined || data === undefined) {
    throw new DeltaError(
      "E_SCHEMA_MISMATCH",
      `partition column ${name} is not in the table's schema`,
    );
  }
  return { data, field };
}

function partitionText(data: Data, field: StructField, row: number): string | null {
  const text = formatPartitionValue(field.type, readScalar(data, row));
  if (text === null && !field.nullable) {
    throw new DeltaError(
      "E_SCHEMA_MISMATCH",
      `partition column ${field.name} is required, and a row has no value`,
    );
  }
  return text;
}

function withoutColumns(batch: RecordBatch, names: ReadonlySet<string>): RecordBatch {
  const kept = batch.schema.fields.flatMap((field, index) => {
    const data = batch.data.children[index];
    return names.has(field.name) || data === undefined ? [] : [{ field, data }];
  });
  const schema = new Schema(kept.map(({ field }) => field));
  return createBatch(
    schema,
    kept.map(({ data }) => data),
    batch.numRows,
  );
}
