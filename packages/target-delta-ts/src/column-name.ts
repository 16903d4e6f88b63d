import { UserError } from "singer-sdk-ts";

/** Delta without column mapping refuses these in a column name (PROTOCOL.md, Valid Feature Names; Parquet). */
const FORBIDDEN = /[ ,;{}()\n\t=]/g;

/** The name a column has in the table: the source's, with each character Delta refuses replaced by `_`. */
export function columnName(name: string): string {
  const sanitised = name.normalize("NFC").replaceAll(FORBIDDEN, "_");
  return sanitised === "" ? "_" : sanitised;
}

export interface NameOptions {
  /** Names stay as they are: the table maps them to names of its own in the files. */
  readonly keepsNames?: boolean;
}

/**
 * The table's names of `names`, in the same order.
 * Delta compares column names without case: two names that become one throw E_COLUMN_COLLISION.
 */
export function columnNames(
  stream: string,
  names: readonly string[],
  { keepsNames = false }: NameOptions = {},
): readonly string[] {
  const owners = new Map<string, string>();
  return names.map((name) => {
    const sanitised = keepsNames ? name : columnName(name);
    const folded = sanitised.normalize("NFC").toLowerCase();
    const owner = owners.get(folded);
    if (owner !== undefined) {
      throw new UserError(
        "E_COLUMN_COLLISION",
        `stream ${stream}: columns ${JSON.stringify(owner)} and ${JSON.stringify(name)} have the same name in the table`,
        { hint: "deselect or rename one of them in the tap" },
      );
    }
    owners.set(folded, name);
    return sanitised;
  });
}
