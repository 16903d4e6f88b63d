import type { Action, DomainMetadata } from "./action.ts";
import { DeltaError } from "./error.ts";
import { isObject, parseJson, stringifyJson } from "./json.ts";
import { parseStatistics } from "./stats/parse.ts";

/** Where a table with row tracking keeps the last row number that it gave. Source: PROTOCOL.md, "Row Tracking". */
export const ROW_TRACKING_DOMAIN = "delta.rowTracking";

/** The last row number given; -1 before the first. */
export function highWaterMark(domain: DomainMetadata | undefined): bigint {
  if (domain === undefined || domain.removed) return -1n;
  const parsed = parseJson(domain.configuration);
  const mark = isObject(parsed) ? parsed["rowIdHighWaterMark"] : undefined;
  if (typeof mark === "bigint") return mark;
  if (typeof mark === "number" && Number.isSafeInteger(mark)) return BigInt(mark);
  throw new DeltaError("E_CORRUPT_LOG", `the domain ${ROW_TRACKING_DOMAIN} has no row number`);
}

/**
 * The actions of a commit at `version` with a range of row numbers above `mark` for each added file, and the new mark.
 * E_INVALID_COMMIT for a file whose statistics do not tell its rows.
 */
export function assignRowIds(
  actions: readonly Action[],
  { mark, version }: { readonly mark: bigint; readonly version: number },
): readonly Action[] {
  let last = mark;
  const assigned = actions.map((action): Action => {
    if (action.type !== "add") return action;
    const { rowCount } = parseStatistics(action.add.stats);
    if (rowCount === undefined) {
      throw new DeltaError(
        "E_INVALID_COMMIT",
        `${action.add.path} does not tell its number of rows, which row tracking needs`,
      );
    }
    const baseRowId = last + 1n;
    last += BigInt(rowCount);
    return { type: "add", add: { ...action.add, baseRowId, defaultRowCommitVersion: version } };
  });
  if (last === mark) return assigned;
  const configuration = stringifyJson({ rowIdHighWaterMark: last });
  const domainMetadata = { domain: ROW_TRACKING_DOMAIN, configuration, removed: false };
  return [{ type: "domainMetadata", domainMetadata }, ...assigned];
}
