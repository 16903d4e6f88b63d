import type { Data } from "apache-arrow";
import type { ByteSource } from "../byte-source.ts";

/** What is known about one column of a batch. Absent minimum and maximum: no value, or not tracked. */
export interface ColumnStatistics {
  readonly nullCount: number;
  /** Text in UTF-8 byte order; bigint for integers, decimals (unscaled) and timestamps (µs); days for dates. */
  readonly min?: number | bigint | string;
  readonly max?: number | bigint | string;
  /** Set when a NaN is among the values; NaN takes no part in minimum and maximum. */
  readonly hasNaN?: boolean;
}

/** Why a value does not fit: `path` inside the column ("" for the column itself), never the value. */
export interface Refusal {
  readonly path: string;
  readonly reason: string;
}

/** Column arrays that left their builder. They belong to the receiver. */
export interface FinishedColumn {
  readonly data: Data;
  /** Computed when it is asked for, from the arrays: they must be unchanged. */
  readonly statistics: ColumnStatistics;
}

/**
 * Builds one Arrow column from JSON values. A value that is refused may leave parts behind:
 * `truncate` to the last good length before the next one.
 */
export interface ColumnBuilder {
  readonly length: number;
  /** Fast path: reads the value at `position`; returns the position after it, or -1 to leave the row to `append`. */
  scan(source: ByteSource, position: number): number;
  /** Generic path: reads the value whose valid JSON text lies in `start..end`. */
  append(source: ByteSource, start: number, end: number): Refusal | undefined;
  /** Ends a row without a value; false when the column takes no null, unless the object around it is null (`isMasked`). */
  appendNull(isMasked?: boolean): boolean;
  /** Takes back every row from `length` on, half-read ones included. */
  truncate(length: number): void;
  sizeBytes(): number;
  /** Hands over the rows built so far, without a copy, and starts anew. */
  finish(): FinishedColumn;
}

/** A refusal of the value itself. */
export function refuse(reason: string): Refusal {
  return { path: "", reason };
}

/** The refusal of a null. */
export const refusedNull: Refusal = { path: "", reason: "null in a column that is not nullable" };

/** First capacity of a builder, in rows; it doubles from there. */
export const rowsAtFirst = 1024;

/** A refusal of something inside the part `name`. */
export function within(name: string, refusal: Refusal): Refusal {
  return { path: refusal.path === "" ? name : `${name}.${refusal.path}`, reason: refusal.reason };
}
