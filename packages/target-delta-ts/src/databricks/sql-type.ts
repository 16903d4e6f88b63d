import type { DeltaType, StructField } from "delta-lake-ts";
import { quote } from "./sql-text.ts";

/** Names that Spark spells otherwise in SQL than Delta does in its log. */
const SQL_NAMES: Readonly<Record<string, string>> = {
  long: "BIGINT",
  integer: "INT",
  short: "SMALLINT",
  byte: "TINYINT",
};
const DELTA_NAMES = new Map(
  Object.entries(SQL_NAMES).map(([delta, sql]) => [sql.toLowerCase(), delta]),
);

/** A Delta type as SQL writes it. */
export function sqlType(type: DeltaType): string {
  if (typeof type === "string") return SQL_NAMES[type] ?? type.toUpperCase();
  switch (type.type) {
    case "struct": {
      const fields = type.fields.map((field) => `${quote(field.name)}: ${sqlType(field.type)}`);
      return `STRUCT<${fields.join(", ")}>`;
    }
    case "array":
      return `ARRAY<${sqlType(type.elementType)}>`;
    case "map":
      return `MAP<${sqlType(type.keyType)}, ${sqlType(type.valueType)}>`;
    default:
      throw new Error("a nested Delta type of an unknown kind");
  }
}

/** A type as DESCRIBE TABLE prints it. */
export function parseSqlType(text: string): DeltaType {
  const nested = /^(struct|array|map)<(.*)>$/s.exec(text);
  if (nested === null) return DELTA_NAMES.get(text) ?? text;
  const [, kind = "", inner = ""] = nested;
  const parts = splitTypes(inner);
  if (kind === "struct") return { type: "struct", fields: parts.map(parseField) };
  const [first = "", second = ""] = parts;
  return kind === "array"
    ? { type: "array", elementType: parseSqlType(first), containsNull: true }
    : {
        type: "map",
        keyType: parseSqlType(first),
        valueType: parseSqlType(second),
        valueContainsNull: true,
      };
}

function parseField(text: string): StructField {
  const colon = text.indexOf(":");
  const name = text.slice(0, colon).replaceAll("`", "");
  return { name, type: parseSqlType(text.slice(colon + 1).trim()), nullable: true, metadata: {} };
}

/** Splits at the commas that stand outside all brackets. */
function splitTypes(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "<" || char === "(") depth += 1;
    if (char === ">" || char === ")") depth -= 1;
    if (char !== "," || depth > 0) continue;
    parts.push(text.slice(start, at));
    start = at + 1;
  }
  return [...parts, text.slice(start)].filter((part) => part !== "");
}
