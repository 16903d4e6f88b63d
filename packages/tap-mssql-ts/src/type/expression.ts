import type { SqlType } from "./sql-type.ts";

/** A value for a statement, bound as what tedious calls `type`. */
export interface BoundValue {
  readonly type: "text" | "float" | "bigint";
  readonly value: string | number;
}

/** The SELECT expression that reads a column exactly: the bare column wherever the wire keeps every digit. */
export function selectExpression(quotedName: string, type: SqlType): string {
  if (type.isClr || type.name === "hierarchyid") return `${quotedName}.ToString()`;
  if (type.name === "geometry" || type.name === "geography") return `${quotedName}.STAsText()`;
  if (type.name === "json" || type.name === "vector")
    return `CONVERT(nvarchar(max), ${quotedName})`;
  return quotedName;
}

/**
 * The expression that turns parameter `name` back into a value of `type`. The value travels as
 * text and only the server makes it a key again, so that an index on the column can be sought and
 * nothing is rounded on the way.
 */
export function parameterExpression(name: string, type: SqlType, typeText: string): string {
  switch (type.name) {
    case "float":
    case "real":
      return name;
    case "date":
      return `CONVERT(date, ${name}, 23)`;
    case "datetime":
    case "smalldatetime":
    case "datetime2":
    case "datetimeoffset":
      return `CONVERT(${typeText}, ${name}, 126)`;
    case "time":
      return `CONVERT(${typeText}, ${name}, 121)`;
    case "timestamp":
      return `CONVERT(binary(8), ${name}, 1)`;
    case "binary":
    case "varbinary":
      return `CONVERT(${typeText}, ${name}, 1)`;
    default:
      return `CONVERT(${typeText}, ${name})`;
  }
}

/** What to bind for a value as it stands in a RECORD or a bookmark. */
export function boundValue(text: string, type: SqlType): BoundValue {
  switch (type.name) {
    case "float":
    case "real":
      return { type: "float", value: Number(text) };
    case "bit":
      return { type: "text", value: text === "true" ? "1" : text === "false" ? "0" : text };
    case "date":
      return { type: "text", value: text.slice(0, 10) };
    case "datetime":
    case "smalldatetime":
      return { type: "text", value: withFractionDigits(withoutZone(text), 3) };
    case "datetime2":
      return { type: "text", value: withoutZone(text) };
    case "binary":
    case "varbinary":
    case "timestamp":
      return { type: "text", value: hexText(text) };
    default:
      return { type: "text", value: text };
  }
}

/** Local date-times carry the suffix of the `timezone` setting, which the column does not know. */
function withoutZone(text: string): string {
  return text.replace(" ", "T").replace(/(?:Z|[+-]\d{2}:?\d{2})$/, "");
}

/** datetime takes at most three digits behind the second; what peers' bookmarks have more is below its tick. */
function withFractionDigits(text: string, digitsMax: number): string {
  return text.replace(/\.(\d+)$/, (_, digits: string) => `.${digits.slice(0, digitsMax)}`);
}

function hexText(text: string): string {
  return text.startsWith("0x")
    ? text
    : `0x${Buffer.from(text, "base64").toString("hex").toUpperCase()}`;
}
