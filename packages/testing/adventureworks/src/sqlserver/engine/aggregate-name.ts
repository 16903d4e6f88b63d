/** The aggregate functions of this server. */
export const aggregateNames: ReadonlySet<string> = new Set([
  "COUNT",
  "COUNT_BIG",
  "SUM",
  "MIN",
  "MAX",
  "AVG",
]);
