import type { Database } from "../generate/index.ts";
import type { ColumnSchema } from "../schema.ts";
import type { ChangeLog } from "./change-log.ts";

/** A view: its columns are declared, since the catalog tells them without running the query. */
export interface ViewDefinition {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ColumnSchema[];
  readonly sql: string;
}

/** A second name; `base` is written as CREATE SYNONYM has it, such as `[dbo].[Orders]`. */
export interface SynonymDefinition {
  readonly schema: string;
  readonly name: string;
  readonly base: string;
}

/** What the server serves: tables, and where a test wants them, views, synonyms and a history. */
export interface ServedDatabase extends Database {
  readonly views?: readonly ViewDefinition[];
  readonly synonyms?: readonly SynonymDefinition[];
  /** The committed transactions; without it the tables never change. */
  readonly changes?: ChangeLog;
  /** MIN_ACTIVE_ROWVERSION. */
  readonly rowVersionMin?: bigint;
  /** ALLOW_SNAPSHOT_ISOLATION. */
  readonly isSnapshotAllowed?: boolean;
}
