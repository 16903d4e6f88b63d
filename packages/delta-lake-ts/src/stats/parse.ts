import { DeltaError } from "../error.ts";
import { isObject, NumberText, parseJson, stringifyJson } from "../json.ts";
import { parseDate, parseDecimalText, parseTimestamp, type Scalar, scaleOf } from "../scalar.ts";
import { type DeltaType, parseDecimal } from "../schema.ts";

/** The statistics of one `add`, parsed. */
export interface FileStatistics {
  readonly rowCount: number | undefined;
  readonly minValues: Readonly<Record<string, unknown>>;
  readonly maxValues: Readonly<Record<string, unknown>>;
  readonly nullCount: Readonly<Record<string, unknown>>;
}

/** Parses `add.stats`; a malformed text is E_CORRUPT_LOG, an absent one is empty statistics. */
export function parseStatistics(text: string | undefined): FileStatistics {
  let parsed: unknown = {};
  try {
    if (text !== undefined) parsed = parseJson(text);
  } catch (error) {
    throw new DeltaError("E_CORRUPT_LOG", "a file's statistics are not JSON", { cause: error });
  }
  const stats = isObject(parsed) ? parsed : {};
  const rowCount = stats["numRecords"];
  return {
    rowCount: typeof rowCount === "number" ? rowCount : undefined,
    minValues: isObject(stats["minValues"]) ? stats["minValues"] : {},
    maxValues: isObject(stats["maxValues"]) ? stats["maxValues"] : {},
    nullCount: isObject(stats["nullCount"]) ? stats["nullCount"] : {},
  };
}

/** A bound of a top-level column as an exact value; undefined when it is absent or not understood. */
export function boundValue(type: DeltaType, bound: unknown): Scalar | undefined {
  if (bound === undefined || bound === null || typeof type !== "string") return undefined;
  const text = boundText(bound);
  if (type === "string") return typeof bound === "string" ? bound : undefined;
  if (type === "date") return parseDate(text);
  if (type === "timestamp" || type === "timestamp_ntz") return parseTimestamp(text);
  if (parseDecimal(type) !== undefined) return parseDecimalText(text, scaleOf(type));
  if (type === "long") return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
  if (["integer", "short", "byte", "float", "double"].includes(type)) {
    const value = Number(text);
    return Number.isNaN(value) ? undefined : value;
  }
  return undefined;
}

function boundText(bound: unknown): string {
  if (bound instanceof NumberText) return bound.digits;
  return typeof bound === "string" ? bound : stringifyJson(bound);
}
