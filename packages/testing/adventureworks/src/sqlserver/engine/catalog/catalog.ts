import type { ServedDatabase } from "../../served-database.ts";
import type { Relation } from "../relation.ts";
import { captureTable, changeViews } from "./change-views.ts";
import { columnViews } from "./column-views.ts";
import { informationSchema } from "./information-schema.ts";
import { type CatalogModel, catalogModel } from "./model.ts";
import { objectViews } from "./object-views.ts";
import { serverViews } from "./server-views.ts";

/** The catalog of one database: its model, and its views, each made when it is first asked for. */
export class Catalog {
  readonly model: CatalogModel;
  #makers: ReadonlyMap<string, () => Relation>;
  #views = new Map<string, Relation>();
  /** Views that tell something new after each transaction. */
  #changing: Readonly<Record<string, () => Relation>>;

  readonly #log: ServedDatabase["changes"];

  constructor(database: ServedDatabase, databases: readonly string[]) {
    this.model = catalogModel(database);
    this.#log = database.changes;
    this.#makers = new Map(
      Object.entries({
        ...objectViews(this.model, ({ schema, name }) =>
          isCaptured(database, `${schema.name}.${name}`),
        ),
        ...columnViews(this.model),
        ...serverViews(databases, database.isSnapshotAllowed === true),
        ...informationSchema(this.model),
      }),
    );
    this.#changing = changeViews(database.changes, this.model);
  }

  /** A view by schema and name, in any case. */
  view(schema: string, name: string): Relation | undefined {
    const key = `${schema}.${name}`.toLowerCase();
    const changing = this.#changing[key];
    if (changing !== undefined) return changing();
    const captured = captureTable(this.#log, this.model, key);
    if (captured !== undefined) return captured;
    const known = this.#views.get(key) ?? this.#makers.get(key)?.();
    if (known !== undefined) this.#views.set(key, known);
    return known;
  }
}

function isCaptured({ changes }: ServedDatabase, table: string): boolean {
  return changes?.instances.some((instance) => instance.table === table) === true;
}
