import type { SqlType } from "./sql-type.ts";

/** Why a column cannot be read, or undefined when it can. */
export function unsupportedReason(column: {
  readonly type: SqlType | undefined;
  readonly isColumnSet: boolean;
  readonly isEncrypted: boolean;
}): string | undefined {
  if (column.isColumnSet) return "a column set repeats the sparse columns as one xml value";
  if (column.isEncrypted) return "Always Encrypted columns cannot be read without their keys";
  if (column.type === undefined) return "its type is not known";
  if (column.type.name === "table type" || column.type.name === "cursor")
    return `values of type ${column.type.name} cannot be selected`;
  return undefined;
}
