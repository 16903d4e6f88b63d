import type { DeltaType, StructField, StructType } from "delta-lake-ts";
import { UserError } from "singer-sdk-ts";
import {
  type ColumnDrift,
  checkContract,
  EVOLVE,
  missingColumns,
  type SchemaContract,
} from "./schema-contract.ts";

/** The type that a table's column may become to hold the stream's values; `undefined` when there is none. */
export type Widen = (table: DeltaType, source: DeltaType) => DeltaType | undefined;

/** How the columns of a stream fit its table. */
export interface Evolution {
  /** The table's schema with the stream's new columns at its end. */
  readonly schema: StructType;
  readonly isChanged: boolean;
  /** The table's column that takes each of the stream's columns, by the stream's name; a column without one is left out. */
  readonly targets: ReadonlyMap<string, StructField>;
  /** What the stream would change, by the stream's names. */
  readonly drift: ColumnDrift;
}

/**
 * Adds to `table` the columns of `incoming` that it does not have.
 *
 * Names match without case, and the table's spelling wins. A column whose values all fit the table's type is converted;
 * any other difference of types throws E_COLUMN_TYPE, unless `widen` knows a type for both. What `contract` freezes
 * throws E_CONTRACT, and what it discards or rejects has no target.
 */
export function evolve(
  stream: string,
  table: StructType,
  incoming: StructType,
  contract: SchemaContract = EVOLVE,
  widen: Widen = () => undefined,
): Evolution {
  const known = new Map(table.fields.map((field) => [field.name.toLowerCase(), field]));
  const added: StructField[] = [];
  const targets = new Map<string, StructField>();
  const widened = new Map<string, StructField>();
  const problems: string[] = [];
  const changes: { added: string[]; changed: string[] } = { added: [], changed: [] };
  const isLeftOut = (policy: string): boolean => policy === "discard" || policy === "reject";
  for (const field of incoming.fields) {
    const existing = known.get(field.name.toLowerCase());
    if (existing === undefined) {
      changes.added.push(field.name);
      if (isLeftOut(contract.new_column)) continue;
      const column = { ...field, nullable: true };
      added.push(column);
      targets.set(field.name, column);
      continue;
    }
    const isChanged = typeText(field.type) !== typeText(existing.type);
    if (isChanged) changes.changed.push(field.name);
    if (isChanged && contract.type_change === "discard") continue;
    const mayWiden = contract.type_change === "evolve" && !fits(field.type, existing.type);
    const wider = mayWiden ? widen(existing.type, field.type) : undefined;
    if (wider !== undefined) {
      const column = { ...existing, type: wider };
      widened.set(existing.name, column);
      targets.set(field.name, column);
    } else if (fits(field.type, existing.type)) {
      targets.set(field.name, existing);
    } else if (contract.type_change !== "reject") {
      problems.push(
        `column ${field.name} is ${typeText(field.type)}, which does not fit the table's ${typeText(existing.type)}`,
      );
    }
  }
  const drift = { ...changes, missing: missingColumns(table, incoming) };
  checkContract(stream, contract, drift);
  if (problems.length > 0) {
    throw new UserError("E_COLUMN_TYPE", `stream ${stream}: ${problems.join("; ")}`, {
      hint: `set \`type_widening\` where the new type is wider, load it with \`load_method: overwrite\`, or into another \`table_path\``,
    });
  }
  const isChanged = added.length + widened.size > 0;
  const kept = table.fields.map((field) => widened.get(field.name) ?? field);
  const schema: StructType = isChanged ? { type: "struct", fields: [...kept, ...added] } : table;
  return { schema, isChanged, targets, drift };
}

/** Whether every value of `source` can be held by `target` without loss. */
export function fits(source: DeltaType, target: DeltaType): boolean {
  if (typeText(source) === typeText(target)) return true;
  if (typeof source !== "string" || typeof target !== "string") return fitsNested(source, target);
  const to = decimalOf(target);
  const from = decimalOf(source) ?? (source === "long" ? { precision: 19, scale: 0 } : undefined);
  if (to !== undefined) {
    return (
      from !== undefined &&
      to.scale >= from.scale &&
      to.precision - to.scale >= from.precision - from.scale
    );
  }
  return source === "float" && target === "double";
}

function fitsNested(source: DeltaType, target: DeltaType): boolean {
  return JSON.stringify(withoutComments(source)) === JSON.stringify(withoutComments(target));
}

function decimalOf(type: string): { precision: number; scale: number } | undefined {
  const match = /^decimal\((\d+),\s*(\d+)\)$/.exec(type);
  return match === null ? undefined : { precision: Number(match[1]), scale: Number(match[2]) };
}

function typeText(type: DeltaType): string {
  return typeof type === "string" ? type : JSON.stringify(withoutComments(type));
}

function withoutComments(type: DeltaType): unknown {
  if (typeof type === "string") return type;
  if (type.type === "array") return { array: withoutComments(type.elementType) };
  if (type.type === "map")
    return { map: [withoutComments(type.keyType), withoutComments(type.valueType)] };
  return { struct: type.fields.map((field) => [field.name, withoutComments(field.type)]) };
}
