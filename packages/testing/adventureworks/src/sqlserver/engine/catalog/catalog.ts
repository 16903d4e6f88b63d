import type { Database } from "../../../generate/index.ts";
import type { Relation } from "../relation.ts";
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

  constructor(database: Database, databases: readonly string[]) {
    this.model = catalogModel(database);
    this.#makers = new Map(
      Object.entries({
        ...objectViews(this.model),
        ...columnViews(this.model),
        ...serverViews(databases),
        ...informationSchema(this.model),
      }),
    );
  }

  /** A view by schema and name, in any case. */
  view(schema: string, name: string): Relation | undefined {
    const key = `${schema}.${name}`.toLowerCase();
    const known = this.#views.get(key) ?? this.#makers.get(key)?.();
    if (known !== undefined) this.#views.set(key, known);
    return known;
  }
}
