import { DecimalText, type JsonValue, parseJson } from "singer-sdk-ts";
import type { RecordPage } from "./page.ts";

/** A value of a replication key that can be ordered. */
export type BookmarkValue = string | number | bigint | DecimalText;

/** Reads a replication key from the records' bytes and keeps its largest value. */
export class BookmarkTracker {
  readonly #name: Uint8Array;
  #largest: BookmarkValue | undefined;
  #largestText: string | undefined;
  #isHeld = false;

  /** `start` is the bookmark of the run before: the largest value never falls below it. */
  constructor(replicationKey: string, start: BookmarkValue | undefined) {
    this.#name = new TextEncoder().encode(JSON.stringify(replicationKey).slice(1, -1));
    this.#largest = start;
  }

  get largest(): BookmarkValue | undefined {
    return this.#largest;
  }

  /** True when the reading left records out: whatever follows, the bookmark must not pass them. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  hold(): void {
    this.#isHeld = true;
  }

  /** Takes note of all records of a page; returns how many of them lack the key or have null there. */
  observe(page: RecordPage): number {
    let missingCount = 0;
    for (let index = 0; index < page.recordCount; index++) {
      const text = page.member(index, this.#name);
      if (text === undefined || text === "null") missingCount++;
      // Neighbours often share a value, which then needs no comparing.
      else if (text !== this.#largestText) this.#raise(text);
    }
    return missingCount;
  }

  /** The replication key of one record; undefined when it is absent or null. */
  static valueOf(
    page: RecordPage,
    index: number,
    replicationKey: string,
  ): BookmarkValue | undefined {
    const text = page.member(
      index,
      new TextEncoder().encode(JSON.stringify(replicationKey).slice(1, -1)),
    );
    const value = text === undefined ? undefined : parseJson(text);
    return isBookmarkValue(value) ? value : undefined;
  }

  #raise(text: string): void {
    const value = parseJson(text);
    if (!isBookmarkValue(value)) return;
    if (this.#largest === undefined || compareBookmarks(value, this.#largest) > 0) {
      this.#largest = value;
      this.#largestText = text;
    }
  }
}

/** Whether a value can be a bookmark. */
export function isBookmarkValue(value: JsonValue | undefined): value is BookmarkValue {
  return (
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "bigint" ||
    value instanceof DecimalText
  );
}

/**
 * Orders two values of a replication key: numbers by their exact value, date-times by their instant to the last digit,
 * other texts by their characters.
 */
export function compareBookmarks(first: BookmarkValue, second: BookmarkValue): number {
  if (typeof first !== "string" && typeof second !== "string")
    return compareNumbers(String(first), String(second));
  const [firstText, secondText] = [String(first), String(second)];
  const [firstTime, secondTime] = [parseInstant(firstText), parseInstant(secondText)];
  if (firstTime !== undefined && secondTime !== undefined) {
    return (
      firstTime.seconds - secondTime.seconds ||
      compareTexts(firstTime.fraction, secondTime.fraction)
    );
  }
  return compareTexts(firstText, secondText);
}

function compareTexts(first: string, second: string): number {
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

function compareNumbers(first: string, second: string): number {
  const difference = Number(first) - Number(second);
  if (Math.abs(difference) > Math.abs(Number(first)) * 1e-9) return difference;
  const [a, b] = [exactNumber(first), exactNumber(second)];
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled =
    a.digits * 10n ** BigInt(a.exponent - exponent) -
    b.digits * 10n ** BigInt(b.exponent - exponent);
  return scaled === 0n ? 0 : scaled < 0n ? -1 : 1;
}

function exactNumber(text: string): { readonly digits: bigint; readonly exponent: number } {
  const [mantissa = "0", power = "0"] = text.toLowerCase().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

/** A date-time as whole seconds and the digits after them; a text without a zone is read as UTC, like all others of its kind. */
export function parseInstant(
  text: string,
): { readonly seconds: number; readonly fraction: string } | undefined {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d+))?)?\s*(Z|[+-]\d{2}:?\d{2})?$/iu.exec(
      text,
    );
  if (match === null) return undefined;
  const [, date = "", time = "00:00", fraction = "", zone = "Z"] = match;
  const offset = /^[+-]\d{4}$/u.test(zone)
    ? `${zone.slice(0, 3)}:${zone.slice(3)}`
    : zone.toUpperCase();
  const milliseconds = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}${offset}`);
  return Number.isNaN(milliseconds)
    ? undefined
    : { seconds: milliseconds / 1000, fraction: fraction.replace(/0+$/u, "") };
}
