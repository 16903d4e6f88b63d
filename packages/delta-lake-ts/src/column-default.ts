import { Field, type RecordBatch, Schema } from "apache-arrow";
import { createBatch } from "./arrow/batch.ts";
import { buildData } from "./arrow/build.ts";
import { arrowType } from "./arrow/type.ts";
import { DeltaError } from "./error.ts";
import { parsePartitionValue } from "./partition.ts";
import type { Scalar } from "./scalar.ts";
import type { StructField, StructType } from "./schema.ts";

/** Key of a column's metadata: SQL that gives its value in rows that lack the column. */
const CURRENT_DEFAULT = "CURRENT_DEFAULT";

/**
 * The batch with a column for each one of the table that it lacks and that has a default. Literals are filled in; a default
 * that must be computed is E_TABLE_FEATURE naming the column, since null would be another value than the table promises.
 */
export function fillDefaults(batch: RecordBatch, schema: StructType): RecordBatch {
  const present = new Set(batch.schema.fields.map(({ name }) => name.toLowerCase()));
  const absent = schema.fields.filter(
    ({ name, metadata }) => CURRENT_DEFAULT in metadata && !present.has(name.toLowerCase()),
  );
  if (absent.length === 0) return batch;
  const fields = absent.map(
    ({ name, type, nullable }) => new Field(name, arrowType(type), nullable),
  );
  const columns = absent.map((field) => {
    const value = defaultValue(field);
    const values = Array.from({ length: batch.numRows }, () => value);
    return buildData(arrowType(field.type), values);
  });
  return createBatch(
    new Schema([...batch.schema.fields, ...fields]),
    [...batch.data.children, ...columns],
    batch.numRows,
  );
}

/** Texts without escapes, numbers with Spark's suffixes, DATE and TIMESTAMP with a zone, TRUE, FALSE, NULL. */
function defaultValue(field: StructField): Scalar {
  const { type, metadata } = field;
  const sql = String(metadata[CURRENT_DEFAULT]).trim();
  if (/^null$/i.test(sql)) return null;
  const quoted = /^(?:date|timestamp|timestamp_ntz)?\s*'((?:[^'\\]|'')*)'$/i.exec(sql)?.[1];
  const text = quoted?.replaceAll("''", "'");
  if (type === "string") {
    if (text !== undefined && sql.startsWith("'")) return text;
    throw refusal(field, sql);
  }
  // A timestamp without a zone means the session's, which is not known here.
  if (type === "timestamp" && !/(?:Z|[+-]\d{2}:?\d{2})'$/.test(sql)) throw refusal(field, sql);
  const plain = /^(?:[-+]?\d[\d.]*(?:e[-+]?\d+)?(?:bd|[lsyfd])?|true|false)$/i.test(sql)
    ? sql.toLowerCase().replace(/^\+|(?:bd|[lsyfd])$/g, "")
    : undefined;
  const word = /^(?:true|false)$/i.test(sql) ? sql.toLowerCase() : (text ?? plain);
  const value = word === undefined || word === "" ? undefined : parsePartitionValue(type, word);
  if (value === undefined) throw refusal(field, sql);
  return value;
}

function refusal({ name }: StructField, sql: string): DeltaError {
  return new DeltaError(
    "E_TABLE_FEATURE",
    `cannot write the table: it uses allowColumnDefaults in column ${name}, and its default ${sql} is no literal`,
    {
      hint: "give the column in the rows, or write them with an engine that supports allowColumnDefaults",
    },
  );
}
