import type { Random } from "./random.ts";

const digits = "0123456789ABCDEF";

/** A column of unique identifiers, version 4, upper case. */
export function guids(random: Random, rowCount: number): string[] {
  const text = Buffer.alloc(36);
  const values: string[] = [];
  for (let row = 0; row < rowCount; row++) {
    let bits = 0;
    for (let position = 0, drawn = 0; position < 36; position++) {
      if (position === 8 || position === 13 || position === 18 || position === 23) {
        text[position] = 0x2d;
        continue;
      }
      if (drawn++ % 8 === 0) bits = random.next();
      text[position] = digits.charCodeAt(bits & 15);
      bits >>>= 4;
    }
    text[14] = 0x34; // Version 4 (RFC 9562 §5.4).
    text[19] = digits.charCodeAt(8 + (bits & 3)); // Variant 10xx.
    values.push(text.toString("latin1"));
  }
  return values;
}
