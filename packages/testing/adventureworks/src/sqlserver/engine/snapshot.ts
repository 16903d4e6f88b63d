import type { ChangeLog } from "../change-log.ts";
import type { SessionHistory } from "./bound.ts";
import type { CatalogTable } from "./catalog/model.ts";
import type { Relation } from "./relation.ts";
import { storedTable } from "./stored-table.ts";

/** The tables as a session sees them: as they are now, or as they were when the snapshot was frozen. */
export class Snapshot {
  readonly #log: ChangeLog | undefined;
  readonly #relations = new Map<number, Relation>();
  #frozenVersion: number | undefined;

  constructor(log: ChangeLog | undefined) {
    this.#log = log;
  }

  /** Keeps what the tables hold now. */
  freeze(tables: readonly CatalogTable[]): void {
    // Without a history tables never change, and need not be made before they are read.
    if (this.#log !== undefined) for (const table of tables) this.relation(table);
    this.#frozenVersion = this.#log?.version;
  }

  /** The rows of a table; a table that changed since it was read has new columns. */
  relation(table: CatalogTable): Relation {
    const known = this.#relations.get(table.id);
    if (known !== undefined && (this.#frozenVersion !== undefined || isCurrent(known, table)))
      return known;
    const relation = storedTable(table);
    this.#relations.set(table.id, relation);
    return relation;
  }

  /** The history up to what the snapshot sees. */
  history(rowVersionMin: bigint): SessionHistory | undefined {
    const log = this.#log;
    return log && { log, version: this.#frozenVersion ?? log.version, rowVersionMin };
  }
}

function isCurrent(relation: Relation, { data }: CatalogTable): boolean {
  return relation.data === data.columns;
}
