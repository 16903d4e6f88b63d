import { expect, test } from "@jest/globals";
import { Field, Int64, Schema, TimestampMicrosecond, Utf8 } from "apache-arrow";
import { buildBatch, DeltaTable, MemoryStore } from "delta-lake-ts";
import * as fc from "fast-check";
import type { Column, Log } from "singer-sdk-ts";
import { HistoryLoad } from "../load/history.ts";
import type { TableContext } from "../load/table-context.ts";
import { EVOLVE } from "../schema-contract.ts";
import { tableColumns } from "../table-columns.ts";
import { timesOf, VALID_FROM, VALID_TO, withValidity } from "./validity-columns.ts";

/**
 * One change of the script: key and content; a content of -1 is a deletion. Each has the time of its place in the script,
 * as changes of a source have: without anything that differs nobody can tell a change that comes again from a new one.
 */
interface Change {
  readonly key: number;
  readonly content: number;
}

const columns: readonly Column[] = [
  { name: "id", type: { type: "integer", bits: 64 }, nullable: false },
  { name: "name", type: { type: "string" }, nullable: true },
  { name: "at", type: { type: "timestamp" }, nullable: true },
];
const arrow = new Schema([
  new Field("id", new Int64(), true),
  new Field("name", new Utf8(), true),
  new Field("at", new TimestampMicrosecond("UTC"), true),
  new Field("_sdc_deleted_at", new TimestampMicrosecond("UTC"), true),
]);
const log: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
} as unknown as Log; // Nothing that is tested here logs.

function contextOf(store: MemoryStore): TableContext {
  return {
    stream: "people",
    path: "people",
    store,
    openStore: () => store,
    parts: {
      compression: "none",
      fileSizeBytes: 1e9,
      partitionColumns: [],
      configuration: {},
    },
    keepsNames: false,
    derived: [],
    fileNaming: undefined,
    validFromColumn: undefined,
    contract: EVOLVE,
    reject: () => Promise.resolve(),
    batchAppId: "batches",
    versionAppId: "version",
    runId: "run",
    commitTag: undefined,
    startedMs: 0,
    log,
  };
}

function batchOfChanges(changes: readonly Change[], first: number) {
  const rows = changes.map(({ key, content }, index) => {
    const time = BigInt(first + index) * 1_000_000n;
    return content === -1
      ? { id: BigInt(key), _sdc_deleted_at: time }
      : { id: BigInt(key), name: `${content}`, at: time };
  });
  return buildBatch(arrow, rows);
}

/** The contents of each key, in order, and whether the last one holds. Times differ, so each change makes a version. */
function model(changes: readonly Change[]): Record<number, string> {
  const keys: Record<number, string[]> = {};
  for (const { key, content } of changes) {
    const versions = (keys[key] ??= []);
    const isOpen = versions.length > 0 && versions.at(-1) !== "end";
    if (content === -1) {
      if (isOpen) versions.push("end");
    } else versions.push(`${content}`);
  }
  return Object.fromEntries(
    Object.entries(keys)
      .filter(([, versions]) => versions.length > 0)
      .map(([key, versions]) => [key, lineOf(versions)]),
  );
}

function lineOf(versions: readonly string[]): string {
  const isEnded = versions.at(-1) === "end";
  return `${versions.filter((version) => version !== "end").join(" ")}${isEnded ? "" : " now"}`;
}

/** The table in the model's words; throws when periods of a key overlap. */
async function tableOf(store: MemoryStore): Promise<Record<number, string>> {
  const found: Record<number, { name: string; from: bigint; to: bigint }[]> = {};
  const table = await DeltaTable.open(store);
  for await (const batch of table?.read() ?? []) {
    const from = timesOf(batch, VALID_FROM);
    const to = timesOf(batch, VALID_TO);
    for (let row = 0; row < batch.numRows; row++) {
      const versions = (found[Number(batch.getChild("id")?.get(row))] ??= []);
      const name = String(batch.getChild("name")?.get(row));
      versions.push({ name, from: from[row] ?? 0n, to: to[row] ?? 0n });
    }
  }
  return Object.fromEntries(
    Object.entries(found).map(([key, versions]) => {
      const inOrder = versions.toSorted((a, b) => (a.from < b.from ? -1 : 1));
      const open = inOrder.filter(({ to }) => to < 0n);
      inOrder.forEach(({ to }, index) => {
        const next = inOrder[index + 1]?.from;
        if (next !== undefined && (to < 0n || to > next)) throw new Error(`key ${key} overlaps`);
      });
      const names = inOrder.map(({ name }) => name);
      return [key, lineOf(open.length === 0 ? [...names, "end"] : names)];
    }),
  );
}

interface Run {
  readonly batchRows: number;
  readonly flushRows: number;
  /** How far back of the last commit the tap begins, in commits. */
  readonly back: number;
  /** Commits after which the run is killed. */
  readonly commits: number;
}

/** Runs the script from a boundary of commits; gives the boundaries it adds. */
async function runScript(
  store: MemoryStore,
  changes: readonly Change[],
  { first, batchRows, flushRows, commits }: Omit<Run, "back"> & { readonly first: number },
): Promise<readonly number[]> {
  const load = await HistoryLoad.open(contextOf(store));
  await load.setColumns(tableColumns("people", withValidity(columns)));
  await load.setKeys(["id"]);
  const boundaries: number[] = [];
  let waiting = 0;
  for (let row = first; row < changes.length; row += batchRows) {
    const batch = batchOfChanges(changes.slice(row, row + batchRows), row);
    await load.write({ batch, firstRow: row - first, sizeBytes: 1 });
    waiting += batch.numRows;
    if (waiting < flushRows) continue;
    if (boundaries.length === commits) return boundaries;
    await load.commit({ restartRow: row + batch.numRows - first, isEnd: false });
    if (load.durableRow === row + batch.numRows - first) boundaries.push(row + batch.numRows);
    waiting = 0;
  }
  await load.commit({ restartRow: changes.length - first, isEnd: true });
  return [...boundaries, changes.length];
}

const script = fc.array(fc.record({ key: fc.nat(4), content: fc.integer({ min: -1, max: 2 }) }), {
  minLength: 1,
  maxLength: 60,
});
const runs = fc.array(
  fc.record({
    batchRows: fc.integer({ min: 1, max: 7 }),
    flushRows: fc.integer({ min: 1, max: 20 }),
    back: fc.nat(3),
    commits: fc.nat(4),
  }),
  { maxLength: 4 },
);

test("E19: a script of changes, killed and sent again from any STATE, leaves the model's versions", async () => {
  await fc.assert(
    fc.asyncProperty(script, runs, async (changes, kills) => {
      const store = new MemoryStore();
      const boundaries = [0];
      for (const { back, ...run } of kills) {
        const first = boundaries.at(-1 - Math.min(back, boundaries.length - 1)) ?? 0;
        for (const end of await runScript(store, changes, { ...run, first }))
          if (end > (boundaries.at(-1) ?? 0)) boundaries.push(end);
      }
      const last = { batchRows: 5, flushRows: 9, commits: Number.POSITIVE_INFINITY };
      await runScript(store, changes, { ...last, first: boundaries.at(-1) ?? 0 });

      expect(await tableOf(store)).toEqual(model(changes));
    }),
    { numRuns: 100 },
  );
}, 300_000);
