import type { AddFile } from "../action.ts";
import type { TableContext } from "../committer.ts";
import { hasCode } from "../error.ts";
import { append } from "../operation/append.ts";
import { removeOf } from "../operation/options.ts";
import { overwrite } from "../operation/overwrite.ts";
import type { StructType } from "../schema.ts";
import { loadFullSnapshot, loadSnapshot } from "../snapshot.ts";
import { commitTransaction } from "../transaction.ts";

/** What the processes did, as they saw it: held against the log afterwards. */
export interface Journal {
  /** `row` of batches whose commit was acknowledged, with the version. */
  readonly acknowledged: { readonly row: string; readonly version: number }[];
  /** Per pipeline: the last batch whose bookmark is stored. Survives kills. */
  readonly bookmarks: Map<string, number>;
}

const schema: StructType = {
  type: "struct",
  fields: [{ name: "row", type: "string", nullable: true, metadata: {} }],
};
const createIfMissing = { schema };
const configuration = { "delta.checkpointInterval": "5" };

/**
 * A pipeline that loads batches 1…`batchCount` once each: after a crash or an error it goes on after its bookmark,
 * and the transaction version tells it what is in already.
 */
export async function runPipeline(
  context: TableContext,
  journal: Journal,
  options: { name: string; batchCount: number; hasTxnCheck: boolean; deletesOnUnknown: boolean },
): Promise<void> {
  const { name, batchCount } = options;
  for (;;) {
    const batch = (journal.bookmarks.get(name) ?? 0) + 1;
    if (batch > batchCount) return;
    await attempt(context, () => loadBatch(context, journal, { ...options, batch }));
  }
}

/** Appends without a transaction version: what is not acknowledged is given up. */
export async function runAppender(
  context: TableContext,
  options: { name: string; count: number },
): Promise<void> {
  const { store, runtime } = context;
  for (let turn = 0; turn < options.count; turn += 1) {
    await attempt(context, async () => {
      const file = await writeFile(context, [`${options.name}:${runtime.uuid()}`]);
      await append(store, [file], { runtime, createIfMissing, configuration });
    });
  }
}

/** Replaces the table's rows a few times. */
export async function runOverwriter(
  context: TableContext,
  options: { name: string; count: number },
): Promise<void> {
  for (let turn = 0; turn < options.count; ) {
    const isDone = await attempt(context, async () => {
      const file = await writeFile(context, [`${options.name}:${turn}`]);
      await overwrite(context.store, [file], {
        runtime: context.runtime,
        createIfMissing,
        configuration,
      });
    });
    if (isDone) turn += 1;
  }
}

/** Joins two live files into one, a few times. */
export async function runCompactor(
  context: TableContext,
  options: { count: number },
): Promise<void> {
  for (let turn = 0; turn < options.count; turn += 1) {
    await context.runtime.sleep(context.runtime.random() * 2000);
    await attempt(context, () => compact(context));
  }
}

async function loadBatch(
  { store, runtime }: TableContext,
  journal: Journal,
  options: { name: string; batch: number; hasTxnCheck: boolean; deletesOnUnknown: boolean },
): Promise<void> {
  const { name, batch } = options;
  const row = `${name}:${batch}`;
  const file = await writeFile({ store, runtime }, [row]);
  try {
    const appTransaction = { appId: name, version: batch };
    const { version } = await append(store, [file], {
      runtime,
      createIfMissing,
      configuration,
      ...(options.hasTxnCheck ? { appTransaction } : {}),
    });
    journal.acknowledged.push({ row, version });
  } catch (error) {
    if (hasCode(error, "E_COMMIT_UNKNOWN") && options.deletesOnUnknown) {
      while (!(await attempt({ store, runtime }, () => store.delete(file.path))));
    }
    if (!hasCode(error, "E_COMMIT_CONFLICT")) throw error;
    const stored = (await loadSnapshot(store))?.transactions.get(name)?.version;
    if (stored === undefined || stored < batch) throw error;
  }
  await runtime.sleep(1);
  journal.bookmarks.set(name, Math.max(batch, journal.bookmarks.get(name) ?? 0));
}

async function compact(context: TableContext): Promise<void> {
  const base = await loadFullSnapshot(context.store);
  const inputs = [...(base?.files.values() ?? [])].slice(-2);
  if (base === undefined || inputs.length < 2) return;
  const rows: string[] = [];
  for (const { path } of inputs) {
    const bytes = await context.store.get(path);
    rows.push(...(JSON.parse(new TextDecoder().decode(bytes)) as string[]));
  }
  const joined = await writeFile(context, rows);
  await commitTransaction(context, {
    base,
    actions: [
      ...inputs.map((add) => ({ type: "remove", remove: removeOf(add, context, false) }) as const),
      { type: "add", add: { ...joined, dataChange: false } },
    ],
    reads: { type: "none" },
    isolationLevel: "SnapshotIsolation",
    operation: "OPTIMIZE",
  });
}

/** A stand-in for a Parquet file: its bytes are the JSON of its rows. */
async function writeFile(
  { store, runtime }: TableContext,
  rows: readonly string[],
): Promise<AddFile> {
  const path = `part-${runtime.uuid()}.parquet`;
  const bytes = new TextEncoder().encode(JSON.stringify(rows));
  await store.put(path, bytes);
  return {
    path,
    partitionValues: {},
    size: bytes.length,
    modificationTime: runtime.now(),
    dataChange: true,
    stats: JSON.stringify({ numRecords: rows.length }),
  };
}

/** Runs one try; an error is waited over, as the next run of a pipeline would. Our own mistakes are not. */
async function attempt(context: TableContext, run: () => Promise<void>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    if (hasCode(error, "E_INVALID_COMMIT") || hasCode(error, "E_CORRUPT_LOG")) throw error;
    await context.runtime.sleep(1000);
    return false;
  }
}
