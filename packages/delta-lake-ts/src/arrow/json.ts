import type { RecordBatch } from "apache-arrow";
import { NumberText } from "../json.ts";
import { formatDate, formatDecimal, formatTimestamp } from "../scalar.ts";
import { type DeltaType, parseDecimal, type StructType } from "../schema.ts";
import { readValue } from "./value.ts";

/** The first rows of a batch as values for JSON: exact decimals, ISO dates and times, base64 for bytes. */
export function batchToJson(
  batch: RecordBatch,
  schema: StructType,
  limit: number,
): Record<string, unknown>[] {
  return Array.from({ length: Math.min(limit, batch.numRows) }, (_, row) =>
    structToJson(readValue(batch.data, row), schema),
  );
}

function toJson(value: unknown, type: DeltaType): unknown {
  if (value === null || value === undefined) return null;
  if (typeof type === "string") return scalarToJson(value, type);
  if (type.type === "struct") return structToJson(value, type);
  if (type.type === "array") {
    return Array.isArray(value)
      ? value.map((item: unknown) => toJson(item, type.elementType))
      : null;
  }
  const entries = Object.entries(value).map(([key, item]) => [key, toJson(item, type.valueType)]);
  return Object.fromEntries(entries);
}

function structToJson(value: unknown, { fields }: StructType): Record<string, unknown> {
  const items = new Map(Object.entries(value ?? {}));
  return Object.fromEntries(fields.map(({ name, type }) => [name, toJson(items.get(name), type)]));
}

function scalarToJson(value: unknown, type: string): unknown {
  const decimal = parseDecimal(type);
  const isNumeric = typeof value === "number" || typeof value === "bigint";
  if (decimal !== undefined && isNumeric) {
    return new NumberText(formatDecimal(BigInt(value), decimal.scale));
  }
  if (type === "date" && typeof value === "number") return formatDate(value) ?? value;
  if (type === "timestamp" && isNumeric) return `${formatTimestamp(BigInt(value), "T") ?? value}Z`;
  if (type === "timestamp_ntz" && isNumeric) return formatTimestamp(BigInt(value), "T") ?? value;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")
    : value;
}
