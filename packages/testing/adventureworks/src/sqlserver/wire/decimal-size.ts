/** Bytes of a decimal's magnitude by precision (MS-TDS 2.2.5.5.1.6). */
export function decimalMagnitudeBytes(precision: number): number {
  if (precision <= 9) return 4;
  if (precision <= 19) return 8;
  return precision <= 28 ? 12 : 16;
}
