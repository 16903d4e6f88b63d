import type { Action, AddFile } from "../action.ts";
import { DeltaError } from "../error.ts";
import { evolveSchema } from "../evolve.ts";
import type { StructType } from "../schema.ts";
import { loadSnapshot } from "../snapshot.ts";
import { parseStatistics } from "../stats/parse.ts";
import type { ObjectStore } from "../store.ts";
import { commitTransaction, replanOnConflict } from "../transaction.ts";
import { createContext, stateActions, type WriteOptions } from "./options.ts";

/**
 * Adds files to the table in one commit, making the table when `createIfMissing` is given.
 * Nothing is read, so other writers' appends never stand in the way. Without files or changes nothing is committed.
 */
export async function append(
  store: ObjectStore,
  files: readonly AddFile[],
  options: WriteOptions = {},
): Promise<{ version: number }> {
  const context = createContext(store, options);
  let planned: StructType | undefined;
  return replanOnConflict(context, async () => {
    const base = await loadSnapshot(store);
    // The files were written for the schema first seen: another one that came in between must hold them too.
    planned ??= base?.schema;
    if (base !== undefined && planned !== undefined) checkHolds(base.schema, planned);
    const state = stateActions(context, base, options, { replacesSchema: false });
    const adds: Action[] = files.map((add) => ({ type: "add", add }));
    const actions = [...state, ...adds];
    if (actions.length === 0 && base !== undefined) return { version: base.version };
    const version = await commitTransaction(context, {
      base,
      actions,
      reads: { type: "none" },
      operation: base === undefined && files.length === 0 ? "CREATE TABLE" : "WRITE",
      operationParameters: writeParameters(
        "Append",
        base?.metadata.partitionColumns ?? options.createIfMissing?.partitionColumns,
      ),
      operationMetrics: fileMetrics(files),
      ...(options.commitInfo === undefined ? {} : { commitInfo: options.commitInfo }),
    });
    return { version };
  });
}

/** Throws E_SCHEMA_MISMATCH unless the table has every column that the files were written for, as it was. */
function checkHolds(table: StructType, planned: StructType): void {
  const grown = evolveSchema(table, planned);
  if (grown.fields.length === table.fields.length) return;
  const lost = grown.fields.at(-1)?.name ?? "";
  throw new DeltaError(
    "E_SCHEMA_MISMATCH",
    `another writer took column ${lost} from the table while its rows were written`,
    { hint: "nothing was committed; run again" },
  );
}

/** The parameters of `WRITE` as every engine prints them: strings, lists as JSON in a string. */
export function writeParameters(
  mode: "Append" | "Overwrite",
  partitionColumns: readonly string[] = [],
): Record<string, string> {
  return { mode, partitionBy: JSON.stringify(partitionColumns) };
}

export function fileMetrics(files: readonly AddFile[]): Record<string, string> {
  const outputBytes = files.reduce((sum, { size }) => sum + size, 0);
  const counts = files.map(({ stats }) => parseStatistics(stats).rowCount);
  const isCounted = !counts.includes(undefined);
  const outputRows = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return {
    numFiles: String(files.length),
    numOutputBytes: String(outputBytes),
    // Engines leave it out where a file's statistics do not tell.
    ...(isCounted ? { numOutputRows: String(outputRows) } : {}),
  };
}
