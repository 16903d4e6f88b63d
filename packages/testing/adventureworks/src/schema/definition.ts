import { parseSqlType } from "./sql-type.ts";
import type { ColumnSchema, ForeignKey, TableSchema } from "./table-schema.ts";

/**
 * Reads tables from the notation of the files beside this one. Blocks are parted by a blank line:
 *
 *     Schema.Table rows COUNT key COLUMN, COLUMN
 *       COLUMN TYPE [identity] [null] [alias NAME] [[persisted] as EXPRESSION]
 *       references Schema.Table by COLUMN, COLUMN [on COLUMN, COLUMN]
 */
export function parseTables(definition: string): readonly TableSchema[] {
  return definition.trim().split("\n\n").map(parseTable);
}

function parseTable(block: string): TableSchema {
  const [heading = "", ...lines] = block.split("\n");
  const match = /^(\w+)\.(\w+) rows (\d+) key (.+)$/.exec(heading);
  if (match === null) throw new Error(`not the first line of a table: ${heading}`);
  const [, schema = "", name = "", rowCount = "", key = ""] = match;
  const referenceLines = lines.filter((line) => line.startsWith("  references "));
  const columnLines = lines.filter((line) => !line.startsWith("  references "));
  return {
    schema,
    name,
    primaryKey: key.split(", "),
    columns: columnLines.map(parseColumn),
    foreignKeys: referenceLines.map(parseForeignKey),
    rowCount: Number(rowCount),
  };
}

function parseColumn(line: string): ColumnSchema {
  const match =
    /^ {2}(\w+) (\S+)( identity)?( null)?(?: alias (\w+))?(?:( persisted)? as (.+))?$/.exec(line);
  if (match === null) throw new Error(`not a column: ${line}`);
  const [, name = "", type = "", identity, nullable, aliasType, persisted, expression] = match;
  return {
    name,
    type: parseSqlType(type),
    nullable: nullable !== undefined,
    identity: identity !== undefined,
    ...(aliasType === undefined ? {} : { aliasType }),
    ...(expression === undefined
      ? {}
      : { computed: { expression, persisted: persisted !== undefined } }),
  };
}

function parseForeignKey(line: string): ForeignKey {
  const match = /^ {2}references (\w+)\.(\w+) by ([\w, ]+?)(?: on ([\w, ]+))?$/.exec(line);
  if (match === null) throw new Error(`not a foreign key: ${line}`);
  const [, schema = "", table = "", columns = "", on = columns] = match;
  return { columns: columns.split(", "), schema, table, on: on.split(", ") };
}
