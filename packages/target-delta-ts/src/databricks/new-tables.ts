import type { Log } from "singer-sdk-ts";
import { grant, setTags } from "./table-layout.ts";
import type { Warehouse } from "./warehouse.ts";

export interface NewTablesOptions {
  readonly warehouse: Pick<Warehouse, "run">;
  readonly tags: Readonly<Record<string, string>>;
  /** Privileges by principal. */
  readonly grants: Readonly<Record<string, readonly string[]>>;
  readonly log: Pick<Log, "warn">;
}

/** Gives tables that were just made their tags and grants. What a workspace refuses is told, and rows are loaded all the same. */
export class NewTables {
  readonly #options: NewTablesOptions;
  /** A workspace without tags has none for every table: it is told once. */
  #isTagRefused = false;

  constructor(options: NewTablesOptions) {
    this.#options = options;
  }

  async made(table: string): Promise<void> {
    const { warehouse, tags, grants, log } = this.#options;
    if (Object.keys(tags).length > 0 && !this.#isTagRefused) {
      await warehouse.run(setTags(table, tags)).catch((error: unknown) => {
        this.#isTagRefused = true;
        log.warn("tags_refused", { table, reason: String(error) });
      });
    }
    for (const [principal, privileges] of Object.entries(grants)) {
      await warehouse.run(grant(table, privileges, principal)).catch((error: unknown) => {
        log.warn("grant_refused", { table, principal, reason: String(error) });
      });
    }
  }
}
