/** A range of ordinals and its bit pattern: `x` holds a bit, `T` is 1 at the end of a level. */
interface Pattern {
  readonly min: number;
  readonly max: number;
  readonly bits: string;
}

/** Source: MS-SSCLRT 3.2, "Logical Node Representation": the ranges that fit 32 bits. */
const patterns: readonly Pattern[] = [
  { min: -8, max: -1, bits: "00111xxxT" },
  { min: 0, max: 3, bits: "01xxT" },
  { min: 4, max: 7, bits: "100xxT" },
  { min: 8, max: 15, bits: "101xxxT" },
  { min: 16, max: 79, bits: "110xx0x1xxxT" },
  { min: 80, max: 1103, bits: "1110xxx0xxx0x1xxxT" },
  { min: 1104, max: 5199, bits: "11110xxxxx0xxx0x1xxxT" },
];

/** The stored bytes of a path such as `/1/3.2/`; throws when the path is none or out of range. */
export function encodeHierarchyId(path: string): Buffer {
  let bits = "";
  for (const label of labelsOf(path)) {
    const ordinals = label.split(".").map(Number);
    ordinals.forEach((ordinal, index) => {
      const isLast = index === ordinals.length - 1;
      bits += encodeOrdinal(isLast ? ordinal : ordinal + 1, isLast);
    });
  }
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
  return Buffer.from((padded.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2)));
}

/** The number of levels of a path: 0 for the root. */
export function hierarchyLevel(path: string): number {
  return labelsOf(path).length;
}

function labelsOf(path: string): readonly string[] {
  if (!/^\/(-?\d+(\.-?\d+)*\/)*$/.test(path)) throw new Error(`not a hierarchyid path: ${path}`);
  return path.split("/").slice(1, -1);
}

function encodeOrdinal(ordinal: number, isLast: boolean): string {
  const pattern = patterns.find(({ min, max }) => ordinal >= min && ordinal <= max);
  if (pattern === undefined) throw new Error(`hierarchyid ordinal ${ordinal} is out of range`);
  const width = pattern.bits.split("x").length - 1;
  const digits = (ordinal - pattern.min).toString(2).padStart(width, "0");
  let position = 0;
  return pattern.bits
    .replaceAll("x", () => digits.charAt(position++))
    .replace("T", isLast ? "1" : "0");
}
