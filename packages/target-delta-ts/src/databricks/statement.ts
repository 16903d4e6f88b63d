import type { StructField } from "delta-lake-ts";
import { literal, quote } from "./sql-text.ts";
import { sqlType } from "./sql-type.ts";

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
  comment: string,
): string {
  const columns = fields.map(columnDefinition).join(",\n  ");
  return `CREATE TABLE IF NOT EXISTS ${table} (\n  ${columns}\n) USING DELTA COMMENT ${literal(comment)}`;
}

/** Makes a table that holds the rows of the files, or fails because there is one: all of it in one commit. */
export function createTableAs(table: string, staged: StagedFiles, comment: string): string {
  return `CREATE TABLE ${table} USING DELTA COMMENT ${literal(comment)}\nAS ${selectFrom(staged)}`;
}

export function addColumns(table: string, fields: readonly StructField[]): string {
  return `ALTER TABLE ${table} ADD COLUMNS (${fields.map(columnDefinition).join(", ")})`;
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

export interface MergeStatement {
  readonly keys: readonly string[];
  readonly mode: "upsert" | "insert-only";
  /** Rows with `_sdc_deleted_at` leave the table. */
  readonly isHardDelete: boolean;
}

/** Brings the files' rows in by their key, which must be unique among them. */
export function mergeInto(table: string, staged: StagedFiles, statement: MergeStatement): string {
  const { keys, mode, isHardDelete } = statement;
  const names = staged.fields.map(({ name }) => quote(name));
  const condition = keys.map((key) => `t.${quote(key)} <=> s.${quote(key)}`).join(" AND ");
  const isDeleted = "s.`_sdc_deleted_at` IS NOT NULL";
  const hasDeletes = isHardDelete && staged.fields.some(({ name }) => name === "_sdc_deleted_at");
  const lines = [
    `MERGE INTO ${table} AS t`,
    `USING (${selectFrom(staged)}) AS s`,
    `ON ${condition}`,
  ];
  if (hasDeletes) lines.push(`WHEN MATCHED AND ${isDeleted} THEN DELETE`);
  if (mode === "upsert")
    lines.push(
      `WHEN MATCHED THEN UPDATE SET ${names.map((name) => `t.${name} = s.${name}`).join(", ")}`,
    );
  const guard = hasDeletes ? ` AND NOT (${isDeleted})` : "";
  const values = names.map((name) => `s.${name}`).join(", ");
  lines.push(`WHEN NOT MATCHED${guard} THEN INSERT (${names.join(", ")}) VALUES (${values})`);
  return lines.join("\n");
}

/** Replaces all rows of the table by those of the files, in one commit; without files the table becomes empty. */
export function insertOverwrite(
  table: string,
  tableFields: readonly StructField[],
  parts: readonly StagedFiles[],
): string {
  const names = tableFields.map(({ name }) => quote(name)).join(", ");
  const selects = parts.map(
    (staged) => `SELECT ${valuesOf(staged, tableFields)} FROM ${parquetFolder(staged.folder)}`,
  );
  const empty = `SELECT ${names} FROM ${table} WHERE false`;
  const source = selects.length === 0 ? empty : selects.join("\nUNION ALL\n");
  return `INSERT OVERWRITE TABLE ${table} (${names})\n${source}`;
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
  const last = `\nQUALIFY row_number() OVER (PARTITION BY ${keys.map(quote).join(", ")} ORDER BY _part DESC) = 1`;
  return `${sumOf(fields)} FROM (SELECT * FROM (\n${selects.join("\nUNION ALL\n")}\n)${isUnique ? "" : last})`;
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

function selectFrom({ folder, fields }: StagedFiles): string {
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
