/** A datetimeoffset: `ticks` of 100 ns since 0001-01-01 in UTC, and the offset in minutes. */
export interface OffsetDateTime {
  readonly ticks: bigint;
  readonly offsetMinutes: number;
}

/**
 * A SQL value in memory; which form a type has is told at `SqlValue` of the generator.
 * To those forms this adds datetimeoffset.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | OffsetDateTime;

/** The number in `value`; throws when the value has another form. */
export function numberOf(value: Value): number {
  if (typeof value === "number") return value;
  throw new TypeError(`expected a number, got ${typeof value}`);
}

/** The bigint in `value`; throws when the value has another form. */
export function bigintOf(value: Value): bigint {
  if (typeof value === "bigint") return value;
  throw new TypeError(`expected a bigint, got ${typeof value}`);
}

/** The string in `value`; throws when the value has another form. */
export function textOf(value: Value): string {
  if (typeof value === "string") return value;
  throw new TypeError(`expected a string, got ${typeof value}`);
}

/** The bytes in `value`; throws when the value has another form. */
export function bytesOf(value: Value): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`expected bytes, got ${typeof value}`);
}

/** The datetimeoffset in `value`; throws when the value has another form. */
export function offsetDateTimeOf(value: Value): OffsetDateTime {
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) return value;
  throw new TypeError(`expected a datetimeoffset, got ${typeof value}`);
}
