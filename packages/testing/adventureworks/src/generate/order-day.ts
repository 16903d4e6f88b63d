/**
 * The day, from 0 to `dayLast`, of the event with this index of `count`: business grows, so that later days have more.
 * Only sums, products and a quotient, which every machine rounds alike.
 */
export function orderDay(index: number, count: number, dayLast: number): number {
  const part = count === 1 ? 1 : index / (count - 1);
  return Math.floor(dayLast * (part * 1.5 - part * part * 0.5));
}
