import type { Metadata } from "./action.ts";
import { DeltaError } from "./error.ts";
import { isObject } from "./json.ts";
import {
  type DeltaType,
  parseDecimal,
  type StructField,
  type StructType,
  visitFields,
} from "./schema.ts";

/** Key of a column's metadata: the types that it had, oldest first. */
const TYPE_CHANGES = "delta.typeChanges";

/** One widening of a column, or of a part of it that `fieldPath` names: `element`, `key`, `value`, `value.element`. */
export interface TypeChange {
  readonly fromType: string;
  readonly toType: string;
  readonly fieldPath?: string;
}

/** The wider types of each type, decimals apart. Source: PROTOCOL.md, "Type Widening". */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  byte: ["short", "integer", "long", "double"],
  short: ["integer", "long", "double"],
  integer: ["long", "double"],
  float: ["double"],
  date: ["timestamp_ntz"],
};

/** Digits that hold every value of an integer type. */
const INTEGER_DIGITS: Readonly<Record<string, number>> = {
  byte: 10,
  short: 10,
  integer: 10,
  long: 20,
};

/** Partition values are kept as text: only these types write a value alike. */
const SAME_TEXT = new Set(["byte", "short", "integer", "long"]);

/** True when the table lets its columns be widened: `delta.enableTypeWidening` is `true`. */
export function allowsWidening(configuration: Metadata["configuration"]): boolean {
  return configuration["delta.enableTypeWidening"] === "true";
}

/** True when Delta can widen a column of one type to the other without touching its files (delta.md §1.14). */
export function canWiden(from: DeltaType, to: DeltaType): boolean {
  if (typeof from !== "string" || typeof to !== "string") return false;
  if (WIDER[from]?.includes(to) === true) return true;
  const target = parseDecimal(to);
  if (target === undefined) return false;
  const source = parseDecimal(from);
  const digits = INTEGER_DIGITS[from];
  if (source === undefined) {
    return digits !== undefined && target.precision - target.scale >= digits;
  }
  const addedScale = target.scale - source.scale;
  const addedPrecision = target.precision - source.precision;
  return addedScale >= 0 && addedPrecision >= addedScale && addedPrecision > 0;
}

/** True when a partition column may be widened so: the text of its values must stay what it is. */
export function canWidenPartition(from: DeltaType, to: DeltaType): boolean {
  return typeof from === "string" && typeof to === "string"
    ? SAME_TEXT.has(from) && SAME_TEXT.has(to)
    : false;
}

/** The types that the column had, oldest first. */
export function typeChanges({ metadata }: StructField): readonly TypeChange[] {
  const changes = metadata[TYPE_CHANGES];
  if (!Array.isArray(changes)) return [];
  return changes.flatMap((change: unknown) => {
    if (!isObject(change)) return [];
    const { fromType, toType, fieldPath } = change;
    if (typeof fromType !== "string" || typeof toType !== "string") return [];
    return [{ fromType, toType, ...(typeof fieldPath === "string" ? { fieldPath } : {}) }];
  });
}

/** The column's metadata with more changes at the end; entries of other writers stay as they are. */
export function withTypeChanges(
  metadata: StructField["metadata"],
  changes: readonly TypeChange[],
): StructField["metadata"] {
  if (changes.length === 0) return metadata;
  const before: readonly unknown[] = Array.isArray(metadata[TYPE_CHANGES])
    ? metadata[TYPE_CHANGES]
    : [];
  return { ...metadata, [TYPE_CHANGES]: [...before, ...changes] };
}

/** Throws E_TABLE_FEATURE for a column whose files cannot be read under its type of today. */
export function checkTypeChanges(schema: StructType): void {
  visitFields(schema, (field, path) => {
    const unknown = typeChanges(field).find(({ fromType, toType }) => !canWiden(fromType, toType));
    if (unknown === undefined) return;
    throw new DeltaError(
      "E_TABLE_FEATURE",
      `cannot read the table: column ${path} was changed from ${unknown.fromType} to ${unknown.toType}, which is not supported`,
      { hint: "read it with an engine that supports that change of type" },
    );
  });
}
