import { decodeActions } from "../action.ts";
import { commitInfoOf } from "../conflict.ts";
import { readLastCheckpoint } from "../last-checkpoint.ts";
import { checkpointPath, commitPath } from "../log-path.ts";
import { createReplayState, replayActions } from "../log-replay.ts";
import { loadFullSnapshot } from "../snapshot.ts";
import type { MemoryStore } from "../store/memory.ts";
import { readChecksum } from "../version-checksum.ts";
import type { Journal } from "./workload.ts";

/** Replays the log with a reader of its own and names every broken invariant (delta.md §5.4). */
export async function checkTable(store: MemoryStore, journal: Journal): Promise<string[]> {
  const problems: string[] = [];
  const live = new Map<string, readonly string[]>();
  const addedIn = new Map<string, number[]>();
  const lastVersion = latestVersion(store);
  for (let version = 0; version <= lastVersion; version += 1) {
    const object = store.objects.get(commitPath(version));
    if (object === undefined) {
      problems.push(`version ${version} is missing`);
      continue;
    }
    const actions = decodeActions(new TextDecoder().decode(object.bytes), version);
    const removedRows: string[] = [];
    const addedRows: string[] = [];
    for (const action of actions) {
      if (action.type === "remove") {
        const rows = live.get(action.remove.path);
        if (rows === undefined) problems.push(`version ${version} removes a file that is not live`);
        removedRows.push(...(rows ?? []));
        live.delete(action.remove.path);
      }
      if (action.type !== "add") continue;
      const rows = readRows(store, action.add, problems, version);
      if (live.has(action.add.path)) problems.push(`version ${version} adds a live file again`);
      live.set(action.add.path, rows);
      addedRows.push(...rows);
      if (action.add.dataChange) {
        for (const row of rows) addedIn.set(row, [...(addedIn.get(row) ?? []), version]);
      }
    }
    const info = commitInfoOf(actions);
    if (info?.operation === "OPTIMIZE" && removedRows.join() !== addedRows.join()) {
      problems.push(`version ${version} changes rows although it says that it does not`);
    }
    if (info?.operationParameters?.["mode"] === "Overwrite" && live.size !== 1) {
      problems.push(`version ${version} overwrites, and leaves ${live.size} files`);
    }
  }
  problems.push(...(await checkChecksums(store, lastVersion)));
  checkBatches(journal, addedIn, problems);
  await checkSnapshots(store, lastVersion, live, problems);
  return problems;
}

/** At every instant the pointer names a checkpoint that is there. */
export async function checkPointer(store: MemoryStore): Promise<string | undefined> {
  const version = await readLastCheckpoint(store);
  if (version === undefined || store.objects.has(checkpointPath(version))) return undefined;
  return `_last_checkpoint names version ${version}, which has no checkpoint`;
}

/** Each version checksum says what the log up to its version says. */
async function checkChecksums(store: MemoryStore, lastVersion: number): Promise<string[]> {
  const problems: string[] = [];
  const state = createReplayState();
  for (let version = 0; version <= lastVersion; version += 1) {
    const bytes = store.objects.get(commitPath(version))?.bytes;
    replayActions(state, decodeActions(new TextDecoder().decode(bytes), version));
    const checksum = await readChecksum(store, version);
    if (checksum === undefined) continue;
    const sizes = [...state.files.values()].map(({ size }) => size);
    const isRight =
      checksum.txnId === state.lastInfo?.txnId &&
      checksum.fileCount === sizes.length &&
      checksum.tableSizeBytes === sizes.reduce((sum, size) => sum + size, 0) &&
      checksum.metadata.schemaString === state.metadata?.schemaString &&
      JSON.stringify(checksum.transactions) === JSON.stringify([...state.transactions.values()]);
    if (!isRight) problems.push(`the checksum of version ${version} is not what the log says`);
  }
  return problems;
}

function checkBatches(
  journal: Journal,
  addedIn: ReadonlyMap<string, readonly number[]>,
  problems: string[],
): void {
  for (const { row, version } of journal.acknowledged) {
    if (addedIn.get(row)?.includes(version) !== true) {
      problems.push(`batch ${row}, acknowledged in version ${version}, is not in it`);
    }
  }
  for (const [name, batchCount] of journal.bookmarks) {
    for (let batch = 1; batch <= batchCount; batch += 1) {
      const versions = addedIn.get(`${name}:${batch}`) ?? [];
      if (versions.length !== 1) {
        problems.push(
          `batch ${name}:${batch} was added ${versions.length} times (${versions.join()})`,
        );
      }
    }
  }
}

function readRows(
  store: MemoryStore,
  add: { path: string; size: number },
  problems: string[],
  version: number,
): readonly string[] {
  const bytes = store.objects.get(add.path)?.bytes;
  if (bytes === undefined || bytes.length !== add.size) {
    problems.push(`version ${version} names ${add.path}, which is missing or of another size`);
    return [];
  }
  // Every data file of the simulation is written by the workload.
  return JSON.parse(new TextDecoder().decode(bytes)) as string[];
}

/** What the library reads through its checkpoints is what the plain log says. */
async function checkSnapshots(
  store: MemoryStore,
  lastVersion: number,
  live: ReadonlyMap<string, unknown>,
  problems: string[],
): Promise<void> {
  const snapshot = await loadFullSnapshot(store);
  if (snapshot?.version !== lastVersion) {
    problems.push(`the newest snapshot is ${snapshot?.version}, the log ends at ${lastVersion}`);
  }
  const paths = [...(snapshot?.files.values() ?? [])].map(({ path }) => path);
  if (paths.toSorted(compare).join() !== [...live.keys()].toSorted(compare).join()) {
    problems.push("the snapshot by checkpoint has other files than the log");
  }
}

function latestVersion(store: MemoryStore): number {
  let latest = -1;
  for (const path of store.objects.keys()) {
    const match = /^_delta_log\/(\d{20})\.json$/.exec(path);
    if (match !== null) latest = Math.max(latest, Number(match[1]));
  }
  return latest;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
