import type { Action } from "./action.ts";
import { DeltaError } from "./error.ts";
import { isObject, parseJson } from "./json.ts";
import type { Snapshot } from "./snapshot.ts";
import { parseStatistics } from "./stats/parse.ts";

/** Where a clustered table names its columns, each by the stored names that lead to it. */
const CLUSTERING_DOMAIN = "delta.clustering";

/** Throws E_INVALID_COMMIT unless each added file has statistics of the columns that the table is clustered by. */
export function checkClustering(actions: readonly Action[], base: Snapshot): void {
  const columns = clusteringColumns(base);
  if (columns.length === 0) return;
  for (const action of actions) {
    if (action.type !== "add") continue;
    const { nullCount } = parseStatistics(action.add.stats);
    const missing = columns.find((path) => !hasPath(nullCount, path));
    if (missing === undefined) continue;
    throw new DeltaError(
      "E_INVALID_COMMIT",
      `${action.add.path} has no statistics of ${missing.join(".")}, by which the table is clustered`,
      { hint: "write it with the table's configuration, and statistics of those columns in it" },
    );
  }
}

function clusteringColumns({ domains }: Snapshot): readonly (readonly string[])[] {
  const domain = domains.get(CLUSTERING_DOMAIN);
  if (domain === undefined) return [];
  const parsed = parseJson(domain.configuration);
  const columns = isObject(parsed) ? parsed["clusteringColumns"] : undefined;
  if (!Array.isArray(columns)) return [];
  return columns.map((path: unknown) => (Array.isArray(path) ? path.map(String) : [String(path)]));
}

function hasPath(counts: unknown, path: readonly string[]): boolean {
  const [name, ...rest] = path;
  if (name === undefined) return true;
  return isObject(counts) && name in counts && hasPath(counts[name], rest);
}
