import { DecimalText, type JsonValue, stringifyJson } from "singer-sdk-ts";

/** A STATE message as it was received: `text` is the JSON of `value`, byte for byte. */
export interface ReceivedState {
  readonly text: string;
  readonly value: JsonValue;
}

type JsonObject = { readonly [key: string]: JsonValue };

/**
 * Decides which STATE may leave the target. Rows are counted per stream: a state is covered once every row that was
 * received before it is durable.
 *
 * - `whole()` gives only states as they were received: for keyless appends and for states of a foreign shape.
 * - `merged()` gives the last state with each bookmark at its last covered value, so that one stream's progress does
 *   not wait for another's: right when every stream's rows may be loaded twice without harm.
 */
export class StateLedger {
  #last: ReceivedState | undefined;
  #lastMarks: ReadonlyMap<string, number> = new Map();
  readonly #durable = new Map<string, number>();
  /** The last covered value per unit of progress; `undefined` for one that a covered state does not have. */
  readonly #covered = new Map<string, JsonValue | undefined>();
  #printed: string | undefined;

  /** `received` counts the rows of each stream that came before this state, in the whole run. */
  receive(state: ReceivedState, received: ReadonlyMap<string, number>): void {
    this.#settle();
    this.#last = state;
    this.#lastMarks = new Map(received);
  }

  /** The first `rowCount` rows of `stream` in this run can no longer be lost. */
  durable(stream: string, rowCount: number): void {
    this.#durable.set(stream, Math.max(rowCount, this.#durable.get(stream) ?? 0));
  }

  /** Whether the last received state can be printed as a sum of its bookmarks. */
  get hasBookmarks(): boolean {
    return this.#last !== undefined && bookmarksOf(this.#last.value) !== undefined;
  }

  /** Whether the last state says how far `stream` got; a state of a foreign shape may. */
  hasProgressOf(stream: string): boolean {
    if (this.#last === undefined) return false;
    const bookmarks = bookmarksOf(this.#last.value);
    if (bookmarks === undefined) return JSON.stringify(this.#last.value) !== "{}";
    const bookmark = bookmarks[stream];
    return bookmark !== undefined && bookmark !== null && JSON.stringify(bookmark) !== "{}";
  }

  /** The last received state if all of it is covered and it was not given before. */
  whole(): string | undefined {
    if (this.#last === undefined || !this.#isCovered()) return undefined;
    return this.#give(this.#last.text);
  }

  /** The last received state with every bookmark at its last covered value; `undefined` while one has none, or nothing changed. */
  merged(): string | undefined {
    const last = this.#last;
    if (last === undefined) return undefined;
    const bookmarks = bookmarksOf(last.value);
    if (bookmarks === undefined || this.#isCovered()) return this.whole();
    this.#settle();

    const top: Record<string, JsonValue> = {};
    const merged: Record<string, JsonValue> = {};
    for (const unit of unitsOf(last.value)) {
      const key = unitKey(unit);
      if (!this.#covered.has(key)) return undefined;
      const value = this.#covered.get(key);
      if (value !== undefined) (unit.isBookmark ? merged : top)[unit.name] = value;
    }
    for (const [key, value] of this.#covered) {
      const unit = parseUnitKey(key);
      const place = unit.isBookmark ? merged : top;
      if (value !== undefined && !Object.hasOwn(place, unit.name)) place[unit.name] = value;
    }
    return this.#give(stringifyJson({ ...top, bookmarks: merged }));
  }

  #give(text: string): string | undefined {
    if (text === this.#printed) return undefined;
    this.#printed = text;
    return text;
  }

  /** Takes over from the last state each value whose rows are durable by now. */
  #settle(): void {
    if (this.#last === undefined) return;
    const isCovered = this.#isCovered();
    const units = unitsOf(this.#last.value);
    const present = new Set<string>();
    for (const unit of units) {
      const key = unitKey(unit);
      present.add(key);
      if (isCovered || this.#isUnitCovered(unit)) this.#covered.set(key, unit.value);
    }
    for (const key of this.#covered.keys()) {
      if (present.has(key)) continue;
      if (isCovered || this.#isUnitCovered(parseUnitKey(key))) this.#covered.set(key, undefined);
    }
  }

  #isCovered(): boolean {
    for (const [stream, mark] of this.#lastMarks) {
      if ((this.#durable.get(stream) ?? 0) < mark) return false;
    }
    return true;
  }

  /** A bookmark with a stream's name depends on that stream alone; anything else on all streams. */
  #isUnitCovered(unit: { readonly isBookmark: boolean; readonly name: string }): boolean {
    if (!unit.isBookmark) return unit.name === "currently_syncing";
    const mark = this.#lastMarks.get(unit.name);
    return mark !== undefined && (this.#durable.get(unit.name) ?? 0) >= mark;
  }
}

interface Unit {
  readonly isBookmark: boolean;
  readonly name: string;
  readonly value: JsonValue;
}

function unitsOf(value: JsonValue): Unit[] {
  if (!isObject(value)) return [];
  const bookmarks = bookmarksOf(value) ?? {};
  return [
    ...Object.entries(value)
      .filter(([name]) => name !== "bookmarks")
      .map(([name, unit]) => ({ isBookmark: false, name, value: unit })),
    ...Object.entries(bookmarks).map(([name, unit]) => ({ isBookmark: true, name, value: unit })),
  ];
}

function unitKey(unit: { readonly isBookmark: boolean; readonly name: string }): string {
  return `${unit.isBookmark ? "b" : "t"}${unit.name}`;
}

function parseUnitKey(key: string): { isBookmark: boolean; name: string } {
  return { isBookmark: key.startsWith("b"), name: key.slice(1) };
}

function bookmarksOf(value: JsonValue): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  const bookmarks = value["bookmarks"];
  return isObject(bookmarks) ? bookmarks : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof DecimalText)
  );
}
