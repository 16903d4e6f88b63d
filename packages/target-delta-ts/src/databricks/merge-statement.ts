import type { StructField } from "delta-lake-ts";
import { quote } from "./sql-text.ts";
import { type PartsChoice, type StagedFiles, selectFrom, selectParts } from "./statement.ts";

/** The time at which a row was deleted at its source; a row that is there has none. */
export const DELETED_AT = "_sdc_deleted_at";

export interface MergeStatement {
  readonly keys: readonly string[];
  readonly mode: "upsert" | "insert-only";
  /** Rows with `_sdc_deleted_at` leave the table. */
  readonly isHardDelete: boolean;
  /** The table marks deleted rows and these files do not: a row that comes back loses its mark. */
  readonly clearsMark?: boolean;
}

/** Brings the files' rows in by their key, which must be unique among them. */
export function mergeInto(table: string, staged: StagedFiles, statement: MergeStatement): string {
  const { keys, mode, isHardDelete, clearsMark = false } = statement;
  const isDeleted = `s.${quote(DELETED_AT)} IS NOT NULL`;
  const hasDeletes = isHardDelete && staged.fields.some(isMark);
  const lines = mergeHead(table, selectFrom(staged), keys);
  if (hasDeletes) lines.push(`WHEN MATCHED AND ${isDeleted} THEN DELETE`);
  if (mode === "upsert") lines.push(update(staged.fields, clearsMark));
  lines.push(insert(staged.fields, hasDeletes ? ` AND NOT (${isDeleted})` : ""));
  return lines.join("\n");
}

export interface VersionStatement extends PartsChoice {
  readonly keys: readonly string[];
  /** Columns of the new version's rows. */
  readonly fields: readonly StructField[];
  /** Whether rows that the version does not have stay, with the time of their deletion. */
  readonly keepsDeleted: boolean;
  /** As in {@link MergeStatement}. */
  readonly clearsMark: boolean;
}

/** Makes the rows of all parts the table's content, in one commit: a version takes the place of the ones before it. */
export function replaceByMerge(
  table: string,
  parts: readonly StagedFiles[],
  { keys, fields, keepsDeleted, clearsMark, ...choice }: VersionStatement,
): string {
  const mark = `t.${quote(DELETED_AT)}`;
  // A row that was marked before keeps its time, also when the statement comes a second time.
  const leave = keepsDeleted
    ? `AND ${mark} IS NULL THEN UPDATE SET ${mark} = current_timestamp()`
    : "THEN DELETE";
  return [
    ...mergeHead(table, selectParts(parts, fields, choice), keys),
    update(fields, clearsMark),
    insert(fields, ""),
    `WHEN NOT MATCHED BY SOURCE ${leave}`,
  ].join("\n");
}

/** A version without rows: all that are there leave, or are marked. */
export function replaceByNothing(table: string, keepsDeleted: boolean): string {
  const mark = quote(DELETED_AT);
  return keepsDeleted
    ? `UPDATE ${table} SET ${mark} = current_timestamp() WHERE ${mark} IS NULL`
    : `DELETE FROM ${table}`;
}

function mergeHead(table: string, source: string, keys: readonly string[]): string[] {
  const condition = keys.map((key) => `t.${quote(key)} <=> s.${quote(key)}`).join(" AND ");
  return [`MERGE INTO ${table} AS t`, `USING (${source}) AS s`, `ON ${condition}`];
}

function update(fields: readonly StructField[], clearsMark: boolean): string {
  const sets = fields.map(({ name }) => `t.${quote(name)} = s.${quote(name)}`);
  if (clearsMark) sets.push(`t.${quote(DELETED_AT)} = NULL`);
  return `WHEN MATCHED THEN UPDATE SET ${sets.join(", ")}`;
}

function insert(fields: readonly StructField[], guard: string): string {
  const names = fields.map(({ name }) => quote(name));
  const values = names.map((name) => `s.${name}`).join(", ");
  return `WHEN NOT MATCHED${guard} THEN INSERT (${names.join(", ")}) VALUES (${values})`;
}

function isMark({ name }: StructField): boolean {
  return name === DELETED_AT;
}
