import type { StructField } from "delta-lake-ts";
import { literal, quote } from "./sql-text.ts";
import { sqlType } from "./sql-type.ts";
import { layoutClauses, type TableLayout } from "./table-layout.ts";

/** Staged files of one set of columns: everything below `folder` that `files` name. */
export interface StagedFiles {
  readonly folder: string;
  readonly files: readonly string[];
  readonly fields: readonly StructField[];
}

export function describeTable(table: string): string {
  return `DESCRIBE TABLE ${table}`;
}

/** The tables of a schema. */
export function showTables(schema: string): string {
  return `SHOW TABLES IN ${schema}`;
}

export function createTable(
  table: string,
  fields: readonly StructField[],
  layout: TableLayout,
): string {
  const columns = fields.map(columnDefinition).join(",\n  ");
  return `CREATE TABLE IF NOT EXISTS ${table} (\n  ${columns}\n) USING DELTA ${layoutClauses(layout)}`;
}

/** Makes a table that holds the rows of the files, or fails because there is one: all of it in one commit. */
export function createTableAs(table: string, staged: StagedFiles, layout: TableLayout): string {
  return `CREATE TABLE ${table} USING DELTA ${layoutClauses(layout)}\nAS ${selectFrom(staged)}`;
}

export function addColumns(table: string, fields: readonly StructField[]): string {
  return `ALTER TABLE ${table} ADD COLUMNS (${fields.map(columnDefinition).join(", ")})`;
}

/** Widens the type of a column; the table has to have `delta.enableTypeWidening`. */
export function alterColumnType(table: string, { name, type }: StructField): string {
  return `ALTER TABLE ${table} ALTER COLUMN ${quote(name)} TYPE ${sqlType(type)}`;
}

function columnDefinition({ name, type, metadata }: StructField): string {
  const { comment } = metadata;
  const suffix = typeof comment === "string" ? ` COMMENT ${literal(comment)}` : "";
  return `${quote(name)} ${sqlType(type)}${suffix}`;
}

/** Adds the files' rows; a file that this table has taken before is skipped, so that a second try adds nothing. */
export function copyInto(table: string, { folder, files, fields }: StagedFiles): string {
  const names = files.map(literal).join(", ");
  return [
    `COPY INTO ${table}`,
    `FROM (SELECT ${casts(fields)} FROM ${literal(folder)})`,
    "FILEFORMAT = PARQUET",
    `FILES = (${names})`,
    "FORMAT_OPTIONS ('mergeSchema' = 'false')",
    "COPY_OPTIONS ('mergeSchema' = 'false')",
  ].join("\n");
}

/** What several parts of staged files are taken as. */
export interface PartsChoice {
  /** Where a key may be in several parts: of each key the last part counts. */
  readonly repeatedKeys?: readonly string[];
}

/** Replaces all rows of the table by those of the files, in one commit; without files the table becomes empty. */
export function insertOverwrite(
  table: string,
  tableFields: readonly StructField[],
  parts: readonly StagedFiles[],
  choice: PartsChoice = {},
): string {
  const names = tableFields.map(({ name }) => quote(name)).join(", ");
  const source =
    parts.length === 0
      ? `SELECT ${names} FROM ${table} WHERE false`
      : selectParts(parts, tableFields, choice);
  return `INSERT OVERWRITE TABLE ${table} (${names})\n${source}`;
}

/** The rows of all parts, with these columns. */
export function selectParts(
  parts: readonly StagedFiles[],
  fields: readonly StructField[],
  { repeatedKeys = [] }: PartsChoice = {},
): string {
  const isRepeated = parts.length > 1 && repeatedKeys.length > 0;
  const selects = parts.map(
    (staged, part) =>
      `SELECT ${valuesOf(staged, fields)}${isRepeated ? `, ${part} AS _part` : ""} FROM ${parquetFolder(staged.folder)}`,
  );
  const all = selects.join("\nUNION ALL\n");
  if (!isRepeated) return all;
  const names = fields.map(({ name }) => quote(name)).join(", ");
  return `SELECT ${names} FROM (\n${all}\n)\n${lastPart(repeatedKeys)}`;
}

function lastPart(keys: readonly string[]): string {
  return `QUALIFY row_number() OVER (PARTITION BY ${keys.map(quote).join(", ")} ORDER BY _part DESC) = 1`;
}

export interface SumStatement {
  readonly fields: readonly StructField[];
  readonly keys: readonly string[];
}

/** Counts staged rows and sums up their hashes, in any order; of a key that is in several parts the last part counts. */
export function sumOfFiles(parts: readonly StagedFiles[], { fields, keys }: SumStatement): string {
  const selects = parts.map(
    (staged, part) =>
      `SELECT ${valuesOf(staged, fields)}, ${part} AS _part FROM ${parquetFolder(staged.folder)}`,
  );
  const isUnique = parts.length === 1 || keys.length === 0;
  const last = isUnique ? "" : `\n${lastPart(keys)}`;
  return `${sumOf(fields)} FROM (SELECT * FROM (\n${selects.join("\nUNION ALL\n")}\n)${last})`;
}

export function sumOfTable(table: string, fields: readonly StructField[]): string {
  return `${sumOf(fields)} FROM ${table}`;
}

function sumOf(fields: readonly StructField[]): string {
  const values = fields.map(({ name, type }) =>
    typeof type === "string" ? quote(name) : `to_json(${quote(name)})`,
  );
  return `SELECT count(*) AS row_count, CAST(sum(CAST(xxhash64(${values.join(", ")}) AS DECIMAL(38,0))) AS STRING) AS hash_sum`;
}

/** The rows of one part. */
export function selectFrom({ folder, fields }: StagedFiles): string {
  return `SELECT ${casts(fields)} FROM ${parquetFolder(folder)}`;
}

/** Every column of the table; one that the files lack is null. */
function valuesOf({ fields }: StagedFiles, tableFields: readonly StructField[]): string {
  const present = new Set(fields.map(({ name }) => name));
  const values = tableFields.map((field) =>
    present.has(field.name)
      ? cast(field)
      : `CAST(NULL AS ${sqlType(field.type)}) AS ${quote(field.name)}`,
  );
  return values.join(", ");
}

function parquetFolder(folder: string): string {
  return `parquet.${quote(folder)}`;
}

function casts(fields: readonly StructField[]): string {
  return fields.map(cast).join(", ");
}

function cast({ name, type }: StructField): string {
  return `CAST(${quote(name)} AS ${sqlType(type)}) AS ${quote(name)}`;
}
