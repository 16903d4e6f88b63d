import { DeltaError } from "./error.ts";
import { isObject, parseJson, stringifyJson } from "./json.ts";

/** A Delta type as `schemaString` spells it: a name (`"long"`, `"decimal(10,2)"`) or a nested type. */
export type DeltaType = string | StructType | ArrayType | MapType;

export interface StructType {
  readonly type: "struct";
  readonly fields: readonly StructField[];
}

export interface StructField {
  readonly name: string;
  readonly type: DeltaType;
  readonly nullable: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface ArrayType {
  readonly type: "array";
  readonly elementType: DeltaType;
  readonly containsNull: boolean;
}

export interface MapType {
  readonly type: "map";
  readonly keyType: DeltaType;
  readonly valueType: DeltaType;
  readonly valueContainsNull: boolean;
}

const PRIMITIVES = new Set([
  "string",
  "long",
  "integer",
  "short",
  "byte",
  "float",
  "double",
  "boolean",
  "binary",
  "date",
  "timestamp",
  "timestamp_ntz",
  "void",
  "variant",
]);

/** Parses `metaData.schemaString`; E_CORRUPT_LOG when it is not a struct. */
export function parseSchema(schemaString: string): StructType {
  const type = parseType(parseJson(schemaString));
  if (typeof type === "string" || type.type !== "struct") {
    throw new DeltaError("E_CORRUPT_LOG", "schemaString is not a struct");
  }
  return type;
}

export function stringifySchema(schema: StructType): string {
  return stringifyJson(schema);
}

/** The two numbers of `decimal(p,s)`, or undefined for another type. */
export function parseDecimal(type: DeltaType): { precision: number; scale: number } | undefined {
  if (typeof type !== "string") return undefined;
  const match = /^decimal\((\d+),\s*(-?\d+)\)$/.exec(type);
  if (match === null) return type === "decimal" ? { precision: 10, scale: 0 } : undefined;
  return { precision: Number(match[1]), scale: Number(match[2]) };
}

/** Finds a column as Delta does: ignoring case. */
export function findField(schema: StructType, name: string): StructField | undefined {
  const folded = name.toLowerCase();
  return (
    schema.fields.find((field) => field.name === name) ??
    schema.fields.find((field) => field.name.toLowerCase() === folded)
  );
}

/** True when both schemas say the same, field order and metadata included. */
export function isSameSchema(left: StructType, right: StructType): boolean {
  return left === right || stringifySchema(left) === stringifySchema(right);
}

/** Names the first duplicate field, ignoring case, at any level; undefined when all are unique. */
export function findDuplicateField(type: DeltaType, path = ""): string | undefined {
  if (typeof type === "string") return undefined;
  if (type.type === "array") return findDuplicateField(type.elementType, `${path}element.`);
  if (type.type === "map") {
    return (
      findDuplicateField(type.keyType, `${path}key.`) ??
      findDuplicateField(type.valueType, `${path}value.`)
    );
  }
  const seen = new Set<string>();
  for (const field of type.fields) {
    const folded = field.name.toLowerCase();
    if (seen.has(folded)) return `${path}${field.name}`;
    seen.add(folded);
    const nested = findDuplicateField(field.type, `${path}${field.name}.`);
    if (nested !== undefined) return nested;
  }
  return undefined;
}

/** Calls `visit` for every field of the schema, nested ones included, with its dotted path. */
export function visitFields(
  type: DeltaType,
  visit: (field: StructField, path: string) => void,
  path = "",
): void {
  if (typeof type === "string") return;
  if (type.type === "array") visitFields(type.elementType, visit, `${path}element.`);
  else if (type.type === "map") {
    visitFields(type.keyType, visit, `${path}key.`);
    visitFields(type.valueType, visit, `${path}value.`);
  } else {
    for (const field of type.fields) {
      visit(field, path + field.name);
      visitFields(field.type, visit, `${path}${field.name}.`);
    }
  }
}

function parseType(value: unknown): DeltaType {
  if (typeof value === "string") {
    if (PRIMITIVES.has(value) || parseDecimal(value) !== undefined) return value;
    throw new DeltaError("E_TABLE_FEATURE", `the table has a column of the unknown type ${value}`);
  }
  if (!isObject(value))
    throw new DeltaError("E_CORRUPT_LOG", "schemaString holds a type that is no type");
  switch (value["type"]) {
    case "struct":
      return { type: "struct", fields: parseFields(value["fields"]) };
    case "array":
      return {
        type: "array",
        elementType: parseType(value["elementType"]),
        containsNull: value["containsNull"] !== false,
      };
    case "map":
      return {
        type: "map",
        keyType: parseType(value["keyType"]),
        valueType: parseType(value["valueType"]),
        valueContainsNull: value["valueContainsNull"] !== false,
      };
    default:
      throw new DeltaError("E_CORRUPT_LOG", `schemaString holds the type ${String(value["type"])}`);
  }
}

function parseFields(value: unknown): StructField[] {
  if (!Array.isArray(value)) throw new DeltaError("E_CORRUPT_LOG", "a struct has no fields");
  return value.map((field: unknown) => {
    if (!isObject(field) || typeof field["name"] !== "string") {
      throw new DeltaError("E_CORRUPT_LOG", "a struct has a field without a name");
    }
    return {
      name: field["name"],
      type: parseType(field["type"]),
      nullable: field["nullable"] !== false,
      metadata: isObject(field["metadata"]) ? field["metadata"] : {},
    };
  });
}
