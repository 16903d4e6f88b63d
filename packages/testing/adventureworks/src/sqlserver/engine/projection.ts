import { hashKey } from "./compare.ts";
import type { Cursor, ResultColumn } from "./cursor.ts";
import { type Relation, relationOfRows } from "./relation.ts";
import type { RowList } from "./row-list.ts";
import type { Frame } from "./scope.ts";
import type { Value } from "./value.ts";

/** Evaluates the select list on one row after the other. */
export class ProjectionCursor implements Cursor {
  readonly columns: readonly ResultColumn[];
  readonly values: Value[];
  #evaluators: readonly ((frame: Frame) => Value)[];
  #list: RowList;
  #frame: Frame;
  #position = 0;
  #left: number;
  #toSkip: number;

  constructor(
    columns: readonly ResultColumn[],
    evaluators: readonly ((frame: Frame) => Value)[],
    list: RowList,
    limits: { offset: number; count: number } = { offset: 0, count: Number.POSITIVE_INFINITY },
  ) {
    this.columns = columns;
    this.values = columns.map(() => null);
    this.#evaluators = evaluators;
    this.#list = list;
    this.#frame = { rows: [], parent: list.outer };
    this.#left = limits.count;
    this.#toSkip = limits.offset;
  }

  next(): boolean {
    if (this.#left <= 0) return false;
    do {
      if (!this.#move()) return false;
      this.#toSkip -= 1;
    } while (this.#toSkip >= 0);
    this.#left -= 1;
    for (let index = 0; index < this.#evaluators.length; index += 1)
      this.values[index] = this.#evaluators[index]?.(this.#frame) ?? null;
    return true;
  }

  #move(): boolean {
    const list = this.#list;
    if (list.type === "tuples") {
      if (this.#position >= list.count) return false;
      for (let source = 0; source < list.rows.length; source += 1)
        this.#frame.rows[source] = list.rows[source]?.[this.#position] ?? -1;
      this.#position += 1;
      return true;
    }
    for (;;) {
      const row = list.first + this.#position;
      if (row >= list.end) return false;
      this.#position += 1;
      this.#frame.rows[0] = row;
      if (list.filter === undefined || list.filter(this.#frame)) return true;
    }
  }
}

/** Reads rows that are in memory. */
export class RelationCursor implements Cursor {
  readonly columns: readonly ResultColumn[];
  readonly values: Value[];
  #relation: Relation;
  #position = 0;

  constructor(relation: Relation) {
    this.columns = relation.columns;
    this.values = relation.columns.map(() => null);
    this.#relation = relation;
  }

  next(): boolean {
    if (this.#position >= this.#relation.rowCount) return false;
    for (let index = 0; index < this.values.length; index += 1)
      this.values[index] = this.#relation.data[index]?.[this.#position] ?? null;
    this.#position += 1;
    return true;
  }
}

/** Reads a cursor to its end. */
export function readAll(cursor: Cursor): Relation {
  const rows: Value[][] = [];
  while (cursor.next()) rows.push([...cursor.values]);
  return relationOfRows(cursor.columns, rows);
}

/** Reads a cursor to its end and keeps the first of equal rows. */
export function distinctRows(cursor: Cursor): Relation {
  const seen = new Set<string>();
  const rows: Value[][] = [];
  while (cursor.next()) {
    const key = rowKey(cursor);
    if (seen.has(key)) continue;
    seen.add(key);
    rows.push([...cursor.values]);
  }
  return relationOfRows(cursor.columns, rows);
}

function rowKey(cursor: Cursor): string {
  return JSON.stringify(
    cursor.columns.map((column, index) => {
      const key = hashKey(column.type, cursor.values[index] ?? null);
      return typeof key === "bigint" ? key.toString() : key;
    }),
  );
}
