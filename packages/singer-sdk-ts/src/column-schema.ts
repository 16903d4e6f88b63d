import { DecimalText, type JsonValue } from "./json.ts";
import type { JsonSchema } from "./message.ts";
import type { Column, ColumnType } from "./schema.ts";

export interface ColumnSchemaOptions {
  readonly nullable: boolean;
  readonly description?: string;
  /** The source's own name of the type, kept as `x-sql-datatype`. */
  readonly sqlDatatype?: string;
}

/** The JSON Schema that our taps write for a column; `parseColumns` reads the same type back. */
export function columnSchema(type: ColumnType, options: ColumnSchemaOptions): JsonSchema {
  const { type: name, ...keywords } = keywordsOf(type);
  return {
    ...(name !== undefined && { type: options.nullable ? ["null", name] : name }),
    ...keywords,
    ...(options.sqlDatatype !== undefined && { "x-sql-datatype": options.sqlDatatype }),
    ...(options.description !== undefined && { description: options.description }),
  };
}

function keywordsOf(type: ColumnType): JsonSchema & { readonly type?: string } {
  switch (type.type) {
    case "boolean":
      return { type: "boolean" };
    case "integer": {
      const limit = 1n << BigInt(type.bits - 1);
      return { type: "integer", minimum: numberOf(-limit), maximum: numberOf(limit - 1n) };
    }
    case "float":
      return { type: "number", ...(type.bits === 32 && { "x-float32": true }) };
    case "decimal":
      return decimalKeywords(type.precision, type.scale);
    case "string":
      return { type: "string", ...(type.maxLength !== undefined && { maxLength: type.maxLength }) };
    case "date":
    case "time":
      return { type: "string", format: type.type };
    case "timestamp":
      return { type: "string", format: "date-time" };
    case "binary":
      return { type: "string", contentEncoding: type.encoding === "hex" ? "base16" : "base64" };
    case "object":
      return { type: "object", properties: propertiesOf(type.columns) };
    case "array":
      return { type: "array", items: columnSchema(type.items, { nullable: true }) };
    case "map":
      return {
        type: "object",
        additionalProperties: columnSchema(type.values, { nullable: true }),
      };
    case "json":
      return {};
  }
}

function decimalKeywords(precision: number, scale: number): JsonSchema & { readonly type: string } {
  const unit = scale === 0 ? "1" : `0.${"0".repeat(scale - 1)}1`;
  const whole = "9".repeat(precision - scale) || "0";
  const limit = scale === 0 ? whole : `${whole}.${"9".repeat(scale)}`;
  return {
    type: "number",
    multipleOf: exact(unit),
    minimum: exact(`-${limit}`),
    maximum: exact(limit),
    "x-precision": precision,
    "x-scale": scale,
  };
}

function propertiesOf(columns: readonly Column[]): JsonSchema {
  return Object.fromEntries(
    columns.map(({ name, type, nullable, description }) => [
      name,
      columnSchema(type, { nullable, ...(description !== undefined && { description }) }),
    ]),
  );
}

function exact(digits: string): JsonValue {
  return String(Number(digits)) === digits ? Number(digits) : new DecimalText(digits);
}

function numberOf(value: bigint): JsonValue {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
