import { type SchemaMessage, UserError } from "singer-sdk-ts";
import { literal, quote } from "./sql-text.ts";

/** How a new table is described and laid out, beyond its columns. */
export interface TableLayout {
  readonly comment: string;
  /** Columns of liquid clustering; `AUTO` alone leaves the choice to Databricks. */
  readonly clusterBy: readonly string[];
  readonly partitionBy: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
}

/** The layout of a stream's table; throws E_SETTING when it cannot be had. */
export function tableLayout(
  { stream, schema }: SchemaMessage,
  settings: Omit<TableLayout, "comment">,
): TableLayout {
  const { clusterBy, partitionBy } = settings;
  if (clusterBy.length > 0 && partitionBy.length > 0) {
    throw new UserError(
      "E_SETTING",
      `stream ${stream}: a table is either clustered or partitioned, and both are set`,
      {
        hint: "leave `databricks.cluster_by` or `partition_columns` out",
        exitCode: 2,
      },
    );
  }
  const { description } = schema;
  const isDescribed = typeof description === "string" && description !== "";
  return { ...settings, comment: isDescribed ? description : `Singer stream ${stream}` };
}

/** Throws E_SETTING when the layout names a column that the table does not get. */
export function requireLayoutColumns(
  stream: string,
  { clusterBy, partitionBy }: TableLayout,
  columns: readonly string[],
): void {
  const wanted = isAutomatic(clusterBy) ? [] : [...clusterBy, ...partitionBy];
  const missing = wanted.filter((name) => !columns.includes(name));
  if (missing.length === 0) return;
  throw new UserError(
    "E_SETTING",
    `stream ${stream}: its table is to be laid out by ${missing.join(", ")}, which the stream does not have`,
    {
      hint: "correct `databricks.cluster_by` or `partition_columns`, or set them for single streams under `streams`",
      exitCode: 2,
    },
  );
}

/** What follows `USING DELTA` in CREATE TABLE. */
export function layoutClauses({
  comment,
  clusterBy,
  partitionBy,
  properties,
}: TableLayout): string {
  const clauses: string[] = [];
  if (partitionBy.length > 0) clauses.push(`PARTITIONED BY (${partitionBy.map(quote).join(", ")})`);
  if (isAutomatic(clusterBy)) clauses.push("CLUSTER BY AUTO");
  else if (clusterBy.length > 0) clauses.push(`CLUSTER BY (${clusterBy.map(quote).join(", ")})`);
  clauses.push(`COMMENT ${literal(comment)}`);
  if (Object.keys(properties).length > 0) clauses.push(`TBLPROPERTIES (${pairs(properties)})`);
  return clauses.join(" ");
}

export function setTags(table: string, tags: Readonly<Record<string, string>>): string {
  return `ALTER TABLE ${table} SET TAGS (${pairs(tags)})`;
}

export function grant(table: string, privileges: readonly string[], principal: string): string {
  return `GRANT ${privileges.join(", ")} ON TABLE ${table} TO ${quote(principal)}`;
}

function isAutomatic(clusterBy: readonly string[]): boolean {
  return clusterBy.length === 1 && clusterBy[0] === "AUTO";
}

function pairs(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${literal(name)} = ${literal(value)}`)
    .join(", ");
}
