import type { Relation } from "../relation.ts";
import { collationName } from "./column-views.ts";
import { view } from "./view.ts";

const createdAt = 43_829 * 300 * 86_400;

/** sys.databases and what is empty here: change tracking, sessions' neighbours, configurations. */
export function serverViews(
  databases: readonly string[],
): Readonly<Record<string, () => Relation>> {
  return {
    "sys.databases": () => view(databaseColumns, databases.map(databaseRow)),
    "sys.change_tracking_databases": () =>
      view(
        "database_id int, is_auto_cleanup_on tinyint?, retention_period int?, retention_period_units tinyint?, retention_period_units_desc word?",
        [],
      ),
    "sys.change_tracking_tables": () =>
      view(
        "object_id int, is_track_columns_updated_on bit, min_valid_version bigint?, begin_version bigint?, cleanup_version bigint?",
        [],
      ),
    "sys.dm_exec_sessions": () =>
      view("session_id smallint, login_name name, host_name name?, program_name name?", []),
    "sys.configurations": () => view("configuration_id int, name name", []),
    "sys.fn_helpcollations": () => view("name name", [[collationName]]),
  };
}

const databaseColumns =
  "name name, database_id int, source_database_id int?, owner_sid binary?, create_date datetime, compatibility_level tinyint, collation_name name?, user_access tinyint?, user_access_desc word?, is_read_only bit?, state tinyint?, state_desc word?, snapshot_isolation_state tinyint?, snapshot_isolation_state_desc word?, is_read_committed_snapshot_on bit?, recovery_model tinyint?, recovery_model_desc word?, is_cdc_enabled bit, is_encrypted bit?, containment tinyint?, containment_desc word?";

function databaseRow(name: string, index: number): readonly (string | number | boolean | null)[] {
  return [
    name,
    index + 1,
    null,
    null,
    createdAt,
    160,
    collationName,
    0,
    "MULTI_USER",
    false,
    0,
    "ONLINE",
    0,
    "OFF",
    false,
    3,
    "SIMPLE",
    false,
    false,
    0,
    "NONE",
  ];
}
