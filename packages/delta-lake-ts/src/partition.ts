import type { PartitionValues } from "./action.ts";
import { DeltaError } from "./error.ts";
import {
  formatDate,
  formatDecimal,
  formatFloat,
  formatTimestamp,
  parseDate,
  parseDecimalText,
  parseTimestamp,
  type Scalar,
  scaleOf,
} from "./scalar.ts";
import { type DeltaType, findField, parseDecimal, type StructType } from "./schema.ts";

/** The folder name that stands for null, as Hive has it. */
const NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__";

/** What Hive escapes in a folder name. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the specification lists control characters.
const HIVE_SPECIAL = /[\u0001-\u001f\u007f"#%'*/:=?\\{[\]^]/g; // oxlint-disable-line no-control-regex
/** What RFC 2396 does not allow in a path; Spark leaves non-ASCII raw, so do we. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the specification lists control characters.
const URI_ILLEGAL = /[\u0000-\u0020\u007f"#%<>?[\\\]^`{|}]/g; // oxlint-disable-line no-control-regex

/** Writes one value as the log has it; empty strings count as null, as in Spark (delta.md §1.6). */
export function formatPartitionValue(type: DeltaType, value: Scalar): string | null {
  if (value === null || value === "") return null;
  if (typeof value === "string") return refuseNul(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "object" || typeof type !== "string") {
    throw new DeltaError(
      "E_SCHEMA_MISMATCH",
      "binary and nested columns cannot be partition columns",
    );
  }
  if (typeof value === "bigint") return formatBig(type, value);
  if (type === "date") return formatDate(value) ?? outOfRange(type);
  if (type === "float" || type === "double") return formatFloat(value, type === "float");
  return String(value);
}

/** Reads one value of `partitionValues`; undefined when the text is no value of the type. */
export function parsePartitionValue(
  type: DeltaType,
  text: string | null | undefined,
): Scalar | undefined {
  if (text === null || text === undefined || text === "") return null;
  if (type === "string") return text;
  if (type === "boolean") return text === "true" || (text === "false" ? false : undefined);
  if (type === "date") return parseDate(text);
  if (type === "timestamp" || type === "timestamp_ntz") return parseTimestamp(text);
  if (type === "binary") return Buffer.from(text);
  if (parseDecimal(type) !== undefined) return parseDecimalText(text, scaleOf(type));
  if (type === "float" || type === "double") {
    return text === "NaN" || !Number.isNaN(Number(text)) ? Number(text) : undefined;
  }
  if (!/^-?\d+$/.test(text)) return undefined;
  return type === "long" ? BigInt(text) : Number(text);
}

/**
 * Names a partition by what its values are, however a writer spelt them: `1.5` and, in a column that was widened to more
 * digits, `1.50` are one partition.
 */
export function partitionKey(
  values: PartitionValues,
  columns: readonly string[],
  schema: StructType,
): string {
  const texts = columns.map((name) => {
    const text = values[name] ?? null;
    const type = findField(schema, name)?.type;
    if (type === undefined || type === "string") return text;
    const value = parsePartitionValue(type, text);
    return value === undefined ? text : formatPartitionValue(type, value);
  });
  return JSON.stringify(texts);
}

/** The Hive folder of a file, `""` when unpartitioned, else `col=value/…/`. Not URI-encoded: an object key. */
export function hiveFolder(columns: readonly string[], values: PartitionValues): string {
  return columns
    .map((column) => `${hiveEscape(column)}=${hiveEscape(values[column] ?? NULL_FOLDER)}/`)
    .join("");
}

/** Turns an object key into the string that `add.path` holds. */
export function encodePath(key: string): string {
  return key.replace(URI_ILLEGAL, percentEncode);
}

/** Turns `add.path` into the exact object key: URI-decoded once. */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new DeltaError("E_CORRUPT_LOG", `the file path ${path} is not URI-encoded`);
  }
}

function hiveEscape(text: string): string {
  return text.replace(HIVE_SPECIAL, percentEncode);
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

function formatBig(type: string, value: bigint): string {
  if (type === "timestamp") return `${formatTimestamp(value, "T") ?? outOfRange(type)}Z`;
  if (type === "timestamp_ntz") return formatTimestamp(value, " ") ?? outOfRange(type);
  const decimal = parseDecimal(type);
  return decimal === undefined ? String(value) : formatDecimal(value, decimal.scale);
}

function refuseNul(text: string): string {
  if (text.includes("\u0000")) {
    throw new DeltaError("E_SCHEMA_MISMATCH", "a partition value holds a NUL character");
  }
  return text;
}

function outOfRange(type: string): never {
  throw new DeltaError(
    "E_SCHEMA_MISMATCH",
    `a ${type} partition value is outside the years 1 to 9999`,
  );
}
