import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { DeltaTable, LocalStore } from "delta-lake-ts";
import {
  activateVersion,
  collect,
  createWorkspace,
  record,
  schema,
  state,
  type Workspace,
} from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

const integer = { type: "integer" };
const orders = schema("orders", { id: integer, total: integer }, { keys: ["id"] });
const upsert = { load_method: "upsert" };
const history = { load_method: "history" };

const isCurrent = (row: Row): boolean =>
  (row["_sdc_deleted_at"] ?? null) === null && row["_sdc_is_current"] !== false;

type Row = Readonly<Record<string, unknown>>;

/** What a reader that looks at the rows in force sees of a table. */
function sight(rows: readonly Row[]): string {
  const live = rows.filter(isCurrent);
  const keys = new Set(live.map(({ id }) => id));
  const totals = new Set(live.map(({ total }) => total));
  return `${live.length} rows, ${keys.size} keys, ${totals.size} version`;
}

/** Runs the target while the table is read again and again, then reads every version that it made. */
async function watch(messages: readonly unknown[], config: object): Promise<ReadonlySet<string>> {
  const first = (await workspace.table("orders")).version;
  const child = await workspace.start({ config: { ...config, batch_size_rows: 100 } });
  const result = collect(child);
  child.stdin.end(messages.map((message) => `${JSON.stringify(message)}\n`).join(""));
  const seen = new Set<string>();
  while (child.exitCode === null) {
    seen.add(sight((await workspace.rows("orders")) as Row[]));
    await setTimeout(5);
  }
  expect((await result).code).toBe(0);
  const last = (await workspace.table("orders")).version;
  expect(last).toBeGreaterThan(first);
  for (let version = first; version <= last; version++) seen.add(sight(await rowsAt(version)));
  return seen;
}

async function rowsAt(version: number): Promise<readonly Row[]> {
  const store = new LocalStore(join(workspace.folder, "orders"));
  const table = await DeltaTable.open(store, { version });
  const rows: Row[] = [];
  for await (const batch of table?.read() ?? []) {
    for (const row of batch) rows.push(row.toJSON());
  }
  return rows;
}

test.each([
  ["overwrite", {}],
  ["ACTIVATE_VERSION with hard_delete", { ...upsert, hard_delete: true }],
  ["ACTIVATE_VERSION that marks what is gone", { ...upsert, hard_delete: false }],
  ["ACTIVATE_VERSION of a history", history],
])(
  "T14, T16, T17, T18: a reader that polls during %s sees whole tables only",
  async (_name, config) => {
    // Each version lacks keys of the one before it and has new ones.
    const load = (version: number) => [
      ...Array.from({ length: 500 }, (_row, place) =>
        record("orders", { id: 50 * version + place, total: version }, version),
      ),
      activateVersion("orders", version),
    ];
    await workspace.load([orders, ...load(1)], { config });

    const seen = await watch([orders, ...[2, 3, 4, 5, 6].flatMap(load)], config);

    expect([...seen]).toEqual(["500 rows, 500 keys, 1 version"]);
    const live = ((await workspace.rows("orders")) as Row[]).filter(isCurrent);
    expect(new Set(live.map(({ total }) => total))).toEqual(new Set([6]));
  },
);

test("T16: a reader that polls while a history takes changes sees each key current once", async () => {
  const change = (round: number) => [
    ...Array.from({ length: 300 }, (_row, id) => record("orders", { id, total: round })),
    state({ bookmarks: { orders: { round } } }),
  ];
  await workspace.load([orders, ...change(1)], { config: history });

  const seen = await watch([orders, ...[2, 3, 4, 5].flatMap(change)], history);

  expect(new Set([...seen].map((text) => text.replace(/, \d+ version$/, "")))).toEqual(
    new Set(["300 rows, 300 keys"]),
  );
  expect(await workspace.rows("orders")).toHaveLength(5 * 300);
});
