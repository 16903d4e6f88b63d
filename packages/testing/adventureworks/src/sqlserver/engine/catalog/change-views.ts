import type { ChangeLog } from "../../change-log.ts";
import { captureViews, changeTableRows, commitTable } from "../history.ts";
import type { Relation } from "../relation.ts";
import type { CatalogModel } from "./model.ts";
import { view } from "./view.ts";

/** The change table of a capture instance by its name in lower case, `cdc.<instance>_ct`. */
export function captureTable(
  log: ChangeLog | undefined,
  { tables }: CatalogModel,
  key: string,
): Relation | undefined {
  const instance = log?.instances.find(({ name }) => `cdc.${name}_ct`.toLowerCase() === key);
  const table = tables.find(({ schema, name }) => `${schema.name}.${name}` === instance?.table);
  if (log === undefined || instance === undefined || table === undefined) return undefined;
  return changeTableRows(
    log,
    instance,
    instance.columns.flatMap((name) => table.columns.filter((column) => column.name === name)),
  );
}

/** The views of Change Tracking and CDC; those of CDC are there once a table is captured. */
export function changeViews(
  log: ChangeLog | undefined,
  { tables }: CatalogModel,
): Readonly<Record<string, () => Relation>> {
  const nameOf = ({ schema, name }: CatalogModel["tables"][number]): string =>
    `${schema.name}.${name}`;
  const tracked = tables.filter((table) => log?.isTracked(nameOf(table)) === true);
  return {
    "sys.change_tracking_databases": () =>
      view(
        "database_id int, is_auto_cleanup_on tinyint?, retention_period int?, retention_period_units tinyint?, retention_period_units_desc word?",
        tracked.length === 0 ? [] : [[5, 1, 2, 3, "DAYS"]],
      ),
    "sys.change_tracking_tables": () =>
      view(
        "object_id int, is_track_columns_updated_on bit, min_valid_version bigint?, begin_version bigint?, cleanup_version bigint?",
        tracked.map(({ id }) => [id, false, BigInt(log?.versionMin ?? 0), 0n, 0n]),
      ),
    ...(log !== undefined && {
      "sys.dm_tran_commit_table": () => commitTable(log),
      ...captureViews(log, (name) => tables.find((table) => nameOf(table) === name)?.id ?? 0),
    }),
  };
}
