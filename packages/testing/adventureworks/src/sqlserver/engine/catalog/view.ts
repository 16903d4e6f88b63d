import type { ResultColumn } from "../cursor.ts";
import { type Relation, relationOfRows } from "../relation.ts";
import {
  bigintType,
  bitType,
  datetimeType,
  intType,
  makeType,
  nvarchar,
  smallintType,
  sysnameType,
  type Type,
  tinyintType,
} from "../type.ts";
import type { Value } from "../value.ts";

const columnTypes = {
  int: intType,
  bigint: bigintType,
  smallint: smallintType,
  tinyint: tinyintType,
  bit: bitType,
  name: sysnameType,
  text: nvarchar(4000),
  word: nvarchar(60),
  code: makeType("char", { length: 2 }),
  datetime: datetimeType,
  binary: makeType("varbinary", { length: 85 }),
} as const satisfies Record<string, Type>;

/**
 * Makes a view. `definition` lists its columns as `name kind`, with `?` behind the kind where the
 * column may be null; rows stand in the same order.
 */
export function view(definition: string, rows: readonly (readonly Value[])[]): Relation {
  return relationOfRows(
    definition
      .trim()
      .split(/\s*,\s*/)
      .map(parseColumn),
    rows,
  );
}

function parseColumn(text: string): ResultColumn {
  const [name = "", kind = ""] = text.split(" ");
  const key = kind.replace("?", "");
  const found = Object.entries(columnTypes).find(([candidate]) => candidate === key);
  if (found === undefined) throw new Error(`not a column of a view: ${text}`);
  return { name, type: found[1], nullable: kind.endsWith("?") };
}
