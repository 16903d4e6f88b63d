import type { Relation } from "../relation.ts";
import { collationName } from "./column-views.ts";
import { view } from "./view.ts";

const createdAt = 43_829 * 300 * 86_400;

/** sys.databases and what is empty here: change tracking, sessions' neighbours, configurations. */
export function serverViews(
  databases: readonly string[],
  isSnapshotAllowed: boolean,
): Readonly<Record<string, () => Relation>> {
  return {
    "sys.databases": () =>
      view(
        databaseColumns,
        databases.map((name, index) => databaseRow(name, index, isSnapshotAllowed)),
      ),
    "sys.dm_exec_sessions": () =>
      view("session_id smallint, login_name name, host_name name?, program_name name?", []),
    "sys.configurations": () => view("configuration_id int, name name", []),
    "sys.fn_helpcollations": () => view("name name", [[collationName]]),
  };
}

const databaseColumns =
  "name name, database_id int, source_database_id int?, owner_sid binary?, create_date datetime, compatibility_level tinyint, collation_name name?, user_access tinyint?, user_access_desc word?, is_read_only bit?, state tinyint?, state_desc word?, snapshot_isolation_state tinyint?, snapshot_isolation_state_desc word?, is_read_committed_snapshot_on bit?, recovery_model tinyint?, recovery_model_desc word?, is_cdc_enabled bit, is_encrypted bit?, containment tinyint?, containment_desc word?";

function databaseRow(
  name: string,
  index: number,
  isSnapshotAllowed: boolean,
): readonly (string | number | boolean | null)[] {
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
    isSnapshotAllowed ? 1 : 0,
    isSnapshotAllowed ? "ON" : "OFF",
    false,
    3,
    "SIMPLE",
    false,
    false,
    0,
    "NONE",
  ];
}
