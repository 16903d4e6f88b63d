import {
  type Action,
  type AddFile,
  type AppTransaction,
  decodeActions,
  type Protocol,
  type RemoveFile,
} from "../action.ts";
import { commitInfoOf } from "../conflict.ts";
import { readLastCheckpoint } from "../last-checkpoint.ts";
import { commitPath } from "../log-path.ts";
import { createReplayState, fileKey, replayActions } from "../log-replay.ts";
import { findLogSegment, listVersions } from "../log-segment.ts";
import { type FullSnapshot, loadFullSnapshot } from "../snapshot.ts";
import { parseStatistics } from "../stats/parse.ts";
import type { ObjectStore } from "../store.ts";

/**
 * Replays the log from its first kept version and names what contradicts itself: gaps, files that are added or removed
 * twice, lost features, a changed table id, times that run backwards, rows that change where none should, and
 * checkpoints that say something else than the commits (delta.md §5.4).
 */
export async function checkLog(store: ObjectStore): Promise<string[]> {
  const { commits, checkpoints } = await listVersions(store);
  const problems = [...(await checkPointer(store, checkpoints))];
  const start = replayStart(commits, checkpoints);
  if (start === undefined) return problems;
  const walk = new LogWalk();
  if (start.checkpoint !== undefined) {
    const base = await loadFullSnapshot(store, { version: start.checkpoint });
    if (base !== undefined) walk.begin(base);
  }
  let expected = start.version;
  for (const version of commits.filter((commit) => commit >= start.version)) {
    if (version !== expected) {
      problems.push(`the log lacks version ${expected}`);
      break;
    }
    expected += 1;
    const bytes = await store.get(commitPath(version));
    walk.take(version, decodeActions(new TextDecoder().decode(bytes), version));
    if (checkpoints.has(version)) problems.push(...(await compareCheckpoint(store, version, walk)));
  }
  return [...problems, ...walk.problems];
}

/** Where all commits are still there: at version 0, or behind the oldest checkpoint. */
function replayStart(
  commits: readonly number[],
  checkpoints: ReadonlySet<number>,
): { readonly version: number; readonly checkpoint: number | undefined } | undefined {
  if (commits[0] === 0) return { version: 0, checkpoint: undefined };
  const [oldest] = [...checkpoints].toSorted((left, right) => left - right);
  return oldest === undefined ? undefined : { version: oldest + 1, checkpoint: oldest };
}

async function checkPointer(
  store: ObjectStore,
  checkpoints: ReadonlySet<number>,
): Promise<string[]> {
  const version = await readLastCheckpoint(store);
  if (version === undefined || checkpoints.has(version)) return [];
  return [`_last_checkpoint names version ${version}, which has no whole checkpoint`];
}

/** The version as its checkpoint has it, beside the replay of every commit up to there. */
async function compareCheckpoint(
  store: ObjectStore,
  version: number,
  { state }: LogWalk,
): Promise<string[]> {
  const segment = await findLogSegment(store, { version });
  const snapshot = await loadFullSnapshot(store, { version });
  if (snapshot === undefined || segment?.checkpoint?.version !== version) return [];
  const facts: [string, unknown, unknown][] = [
    ["files", keysOf(snapshot.files), keysOf(state.files)],
    ["columns", snapshot.metadata.schemaString, state.metadata?.schemaString],
    ["features", featuresOf(snapshot).join(), featuresOf(state).join()],
    ["transactions", pairsOf(snapshot.transactions), pairsOf(state.transactions)],
  ];
  return facts
    .filter(([, found, expected]) => found !== expected)
    .map(([what]) => `the checkpoint of version ${version} has other ${what} than the commits say`);
}

/** A replay that looks at each version on its way. */
class LogWalk {
  readonly problems: string[] = [];
  readonly state = createReplayState();
  #lastTime: number | undefined;

  begin(base: FullSnapshot): void {
    const { state } = this;
    state.protocol = base.protocol;
    state.metadata = base.metadata;
    for (const [key, add] of base.files) state.files.set(key, add);
    for (const [appId, txn] of base.transactions) state.transactions.set(appId, txn);
  }

  take(version: number, actions: readonly Action[]): void {
    const say = (what: string): void => void this.problems.push(`version ${version} ${what}`);
    if (actions.length === 0) say("of the log is an empty file");
    this.#checkFiles(actions, say);
    this.#checkTable(actions, say);
    this.#checkTime(actions, say);
    replayActions(this.state, actions);
  }

  /** A commit takes out what is live, puts in what is not, and keeps the rows where it says that it does. */
  #checkFiles(actions: readonly Action[], say: (what: string) => void): void {
    const removed = actions.flatMap((action) => (action.type === "remove" ? [action.remove] : []));
    const added = actions.flatMap((action) => (action.type === "add" ? [action.add] : []));
    const live = this.state.files;
    const gone = new Set(removed.map(fileKey));
    const paths = new Set([...live].filter(([key]) => !gone.has(key)).map(([, { path }]) => path));
    for (const file of removed) {
      if (!live.has(fileKey(file))) say(`removes ${file.path}, which is not live`);
    }
    for (const { path, dataChange } of added) {
      // A file may be named again for new statistics or row ids; its rows are not new then.
      if (paths.has(path) && dataChange) say(`adds ${path}, which is live already`);
      paths.add(path);
    }
    const isRearranged = removed.length > 0 && [...removed, ...added].every(keepsRows);
    const before = rowsOf(removed.map((file) => live.get(fileKey(file))));
    const after = rowsOf(added);
    if (isRearranged && before !== undefined && after !== undefined && before !== after) {
      say(`turns ${before} rows into ${after}, although it says that it changes none`);
    }
  }

  #checkTable(actions: readonly Action[], say: (what: string) => void): void {
    for (const action of actions) {
      if (action.type === "metaData") {
        const { id } = this.state.metadata ?? action.metaData;
        if (action.metaData.id !== id) say(`gives the table another id`);
      }
      if (action.type === "protocol") {
        const kept = new Set(featuresOf({ protocol: action.protocol }));
        const lost = featuresOf(this.state).filter((feature) => !kept.has(feature));
        if (lost.length > 0) say(`takes the features ${lost.join(", ")} away`);
      }
    }
  }

  #checkTime(actions: readonly Action[], say: (what: string) => void): void {
    const time = commitInfoOf(actions)?.inCommitTimestamp;
    if (time === undefined) return;
    if (this.#lastTime !== undefined && time <= this.#lastTime) {
      say("has an in-commit timestamp that is not later than the one before");
    }
    this.#lastTime = time;
  }
}

function keepsRows({ dataChange }: AddFile | RemoveFile): boolean {
  return !dataChange;
}

/** Live rows of all files; undefined when one does not tell. */
function rowsOf(files: readonly (AddFile | undefined)[]): number | undefined {
  let sum = 0;
  for (const file of files) {
    const rows = file === undefined ? undefined : parseStatistics(file.stats).rowCount;
    if (rows === undefined) return undefined;
    sum += rows - (file?.deletionVector?.cardinality ?? 0);
  }
  return sum;
}

function featuresOf({ protocol }: { readonly protocol: Protocol | undefined }): string[] {
  const { readerFeatures = [], writerFeatures = [] } = protocol ?? {};
  return [...new Set([...readerFeatures, ...writerFeatures])].toSorted();
}

function keysOf(map: ReadonlyMap<string, unknown>): string {
  return [...map.keys()].toSorted().join("\n");
}

function pairsOf(transactions: ReadonlyMap<string, AppTransaction>): string {
  return [...transactions]
    .map(([appId, { version }]) => `${appId} ${version}`)
    .toSorted()
    .join("\n");
}
