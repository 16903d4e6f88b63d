/** Bytes of a time by its scale (MS-TDS 2.2.5.4.2). */
export function timeBytes(scale: number): number {
  if (scale <= 2) return 3;
  return scale <= 4 ? 4 : 5;
}

/** Ticks of 1/300 second in a day, the unit of datetime. */
export const datetimeTicksPerDay = 300 * 86_400;
