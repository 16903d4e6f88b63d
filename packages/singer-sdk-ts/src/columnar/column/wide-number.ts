/** 128 bits in six limbs of 24 bits: a limb times 10^8 is exact in a double. */
const limbs = new Float64Array(6);
const limbBase = 2 ** 24;
const digitsPerStep = 8;
const powers = Array.from({ length: digitsPerStep + 1 }, (_, power) => 10 ** power);

/**
 * Writes the number of up to 38 digits in `start..end` (a point among them is passed over), times
 * 10^`zeros`, into the four 32-bit words at `at`, the lowest first.
 */
export function writeWide(
  bytes: Uint8Array,
  digits: {
    readonly start: number;
    readonly end: number;
    readonly zeros: number;
    readonly negative: boolean;
  },
  words: Int32Array,
  at: number,
): void {
  limbs.fill(0);
  let chunk = 0;
  let count = 0;
  for (let p = digits.start; p < digits.end; p++) {
    const digit = (bytes[p] ?? 0) - 0x30;
    if (digit < 0) continue;
    chunk = chunk * 10 + digit;
    if (++count < digitsPerStep) continue;
    multiplyAdd(powers[digitsPerStep] ?? 1, chunk);
    chunk = 0;
    count = 0;
  }
  multiplyAdd(powers[count] ?? 1, chunk);
  for (let zeros = digits.zeros; zeros > 0; zeros -= digitsPerStep) {
    multiplyAdd(powers[Math.min(zeros, digitsPerStep)] ?? 1, 0);
  }
  const [l0 = 0, l1 = 0, l2 = 0, l3 = 0, l4 = 0, l5 = 0] = limbs;
  words[at] = l0 | (l1 << 24);
  words[at + 1] = (l1 >>> 8) | (l2 << 16);
  words[at + 2] = (l2 >>> 16) | (l3 << 8);
  words[at + 3] = l4 | (l5 << 24);
  if (digits.negative) negate(words, at);
}

function multiplyAdd(factor: number, addend: number): void {
  let carry = addend;
  for (let i = 0; i < 6; i++) {
    const product = (limbs[i] ?? 0) * factor + carry;
    carry = Math.floor(product / limbBase);
    limbs[i] = product - carry * limbBase;
  }
}

/** Two's complement. */
function negate(words: Int32Array, at: number): void {
  let carry = 1;
  for (let i = 0; i < 4; i++) {
    const word = (~(words[at + i] ?? 0) >>> 0) + carry;
    carry = word > 0xffffffff ? 1 : 0;
    words[at + i] = word | 0;
  }
}
