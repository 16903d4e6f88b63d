import type { StructType } from "delta-lake-ts";
import { UserError } from "singer-sdk-ts";
import type { LoadMethod } from "../load-method.ts";
import { VALID_TO } from "./validity-columns.ts";

/**
 * Throws E_SETTING where rows would go among the versions that a history keeps: a merge by key would make one row of them.
 * A stream that has the columns of a history itself is a copy of one.
 */
export function checkNoHistory(
  stream: string,
  method: LoadMethod,
  { table, own }: { readonly table: StructType | undefined; readonly own: StructType },
): void {
  if (method === "history" || method === "overwrite") return;
  const isHistory = ({ fields }: StructType) => fields.some(({ name }) => name === VALID_TO);
  if (table === undefined || !isHistory(table) || isHistory(own)) return;
  throw new UserError(
    "E_SETTING",
    `stream ${stream}: its table keeps a history, in which load method ${method} would lose the versions of rows`,
    { hint: "set `load_method: history`, or another `table_path`" },
  );
}
