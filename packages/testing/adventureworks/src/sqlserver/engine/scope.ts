import type { ResultColumn } from "./cursor.ts";
import { SqlError, unboundIdentifier, unknownColumn } from "./error.ts";
import type { Relation } from "./relation.ts";
import type { Value } from "./value.ts";

/** The rows on which an expression is evaluated: one row index per source, -1 for none. */
export interface Frame {
  readonly rows: number[];
  readonly parent: Frame | undefined;
}

/** One table of a FROM clause. `load` gives its rows once the query runs. */
export interface Source {
  readonly alias: string;
  /** The schema of a table that has no alias; it may qualify columns. */
  readonly schema: string | undefined;
  readonly columns: readonly ResultColumn[];
  load(outer: Frame | undefined): Relation;
  /** What `load` gave last. */
  relation: Relation;
}

/** Where a column is found: `depth` scopes out, in the source of that index. */
export interface ColumnPlace {
  readonly depth: number;
  readonly sourceIndex: number;
  readonly columnIndex: number;
  readonly source: Source;
  readonly column: ResultColumn;
}

/** The sources that names may refer to, innermost query first. */
export class Scope {
  readonly sources: Source[] = [];
  readonly parent: Scope | undefined;

  constructor(parent: Scope | undefined) {
    this.parent = parent;
  }

  /** Finds a column by its name or qualified name; throws 207, 209 or 4104. */
  resolve(parts: readonly string[]): ColumnPlace {
    const found = this.#findOutward(parts, 0);
    if (found !== undefined) return found;
    const name = parts.join(".");
    throw parts.length === 1 || this.#hasSource(parts)
      ? unknownColumn(parts.at(-1) ?? "")
      : unboundIdentifier(name);
  }

  /** The indexes of the sources that `alias.*` or `*` means; throws 107. */
  resolveStar(qualifier: readonly string[]): readonly number[] {
    const indexes = [...this.sources.keys()].filter((index) =>
      isQualified(this.sources[index], qualifier),
    );
    if (indexes.length > 0) return indexes;
    throw new SqlError(
      107,
      `The column prefix '${qualifier.join(".")}' does not match with a table name or alias name used in the query.`,
      { class: 15 },
    );
  }

  #findOutward(parts: readonly string[], depth: number): ColumnPlace | undefined {
    const place = this.#find(parts, depth);
    if (place !== undefined || this.parent === undefined) return place;
    return this.parent.#findOutward(parts, depth + 1);
  }

  #hasSource(parts: readonly string[]): boolean {
    const qualifier = parts.slice(0, -1);
    if (this.sources.some((source) => isQualified(source, qualifier))) return true;
    return this.parent === undefined ? false : this.parent.#hasSource(parts);
  }

  #find(parts: readonly string[], depth: number): ColumnPlace | undefined {
    const name = (parts.at(-1) ?? "").toLowerCase();
    const qualifier = parts.slice(0, -1);
    const places: ColumnPlace[] = [];
    this.sources.forEach((source, sourceIndex) => {
      if (!isQualified(source, qualifier)) return;
      const columnIndex = source.columns.findIndex((column) => column.name.toLowerCase() === name);
      const column = source.columns[columnIndex];
      if (column !== undefined) places.push({ depth, sourceIndex, columnIndex, source, column });
    });
    if (places.length > 1) throw new SqlError(209, `Ambiguous column name '${parts.at(-1)}'.`);
    return places[0];
  }
}

function isQualified(source: Source | undefined, qualifier: readonly string[]): boolean {
  if (source === undefined) return false;
  if (qualifier.length === 0) return true;
  const [table, schema] = qualifier.toReversed().map((part) => part.toLowerCase());
  if (source.alias.toLowerCase() !== table) return false;
  return schema === undefined || source.schema?.toLowerCase() === schema;
}

/** Reads a column of the frame; null when the source has no row there. */
export function columnReader(place: ColumnPlace): (frame: Frame) => Value {
  const { depth, sourceIndex, columnIndex, source } = place;
  if (depth === 0) {
    return (frame) => {
      const row = frame.rows[sourceIndex] ?? -1;
      return row < 0 ? null : (source.relation.data[columnIndex]?.[row] ?? null);
    };
  }
  return (frame) => {
    let outer: Frame | undefined = frame;
    for (let level = 0; level < depth; level += 1) outer = outer?.parent;
    const row = outer?.rows[sourceIndex] ?? -1;
    return row < 0 ? null : (source.relation.data[columnIndex]?.[row] ?? null);
  };
}
