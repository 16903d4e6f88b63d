import { type ColumnReader, writeNull } from "./column-reader.ts";
import type { RowBuffer } from "./row-buffer.ts";

/** Reads FLTN: a length byte (0 is null), then an IEEE 754 value of 4 or 8 bytes. */
export const readNullableFloat: ColumnReader = (input, position, out) => {
  if (position >= input.length) return ~position;
  const sizeBytes = input[position] ?? 0;
  if (position + 1 + sizeBytes > input.length) return ~position;
  if (sizeBytes === 0) writeNull(out);
  else writeFloat(input, position + 1, sizeBytes, out);
  return position + 1 + sizeBytes;
};

/** Reads a fixed-size float of `sizeBytes` bytes. */
export function fixedFloat(sizeBytes: 4 | 8): ColumnReader {
  return (input, position, out) => {
    if (position + sizeBytes > input.length) return ~position;
    writeFloat(input, position, sizeBytes, out);
    return position + sizeBytes;
  };
}

/** The shortest decimal text that reads back as the same 32-bit float: `-8084.016`, not `-8084.01611328125`. */
function float32Text(value: number): string {
  // toPrecision drops the sign of zero.
  if (value === 0) return float64Text(value);
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return float64Text(rounded);
  }
  return float64Text(Number(value.toPrecision(9)));
}

/** The shortest decimal text that reads back as the same double, with the sign of zero kept. */
function float64Text(value: number): string {
  return Object.is(value, -0) ? "-0.0" : String(value);
}

function writeFloat(input: Buffer, position: number, sizeBytes: number, out: RowBuffer): void {
  out.ascii(
    sizeBytes === 8
      ? float64Text(input.readDoubleLE(position))
      : float32Text(input.readFloatLE(position)),
  );
}
