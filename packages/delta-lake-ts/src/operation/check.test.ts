import { expect, test } from "@jest/globals";
import type { Action } from "../action.ts";
import { encodeActions } from "../action.ts";
import { commitPath } from "../log-path.ts";
import { readCommit } from "../snapshot.ts";
import { MemoryStore } from "../store/memory.ts";
import { schemaOf, writeRows } from "../table-fixture.test.support.ts";
import { append } from "./append.ts";
import { check } from "./check.ts";
import { checkpoint } from "./checkpoint.ts";
import { optimize } from "./optimize.ts";

const schema = schemaOf({ id: "long", name: "string", amount: "double" });

/** Versions 0 to 3 of one row each; version 2 has a checkpoint. */
async function tableOfFour(): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (let id = 0; id < 4; id += 1) {
    const files = await writeRows(store, schema, [{ id, name: `n${id}`, amount: id / 2 }]);
    await append(store, files, { createIfMissing: { schema } });
    if (id === 2) await checkpoint(store, { version: 2 });
  }
  return store;
}

/** Changes what a version of the log says. */
async function rewrite(
  store: MemoryStore,
  version: number,
  change: (action: Action) => Action | readonly Action[],
): Promise<void> {
  const actions = (await readCommit(store, version)) ?? [];
  const bytes = new TextEncoder().encode(encodeActions(actions.flatMap(change)));
  await store.put(commitPath(version), bytes);
}

async function problemsOf(store: MemoryStore): Promise<readonly string[]> {
  return (await check(store, { readsRows: true })).problems;
}

test("a table that we wrote, checkpointed and joined is well", async () => {
  const store = await tableOfFour();
  await optimize(store);

  expect(await problemsOf(store)).toEqual([]);
});

test("a missing version before a checkpoint is named", async () => {
  const store = await tableOfFour();
  await store.delete(commitPath(1));

  expect(await problemsOf(store)).toContain("the log lacks version 1");
});

test("a checkpoint that says something else than the commits is named", async () => {
  const store = await tableOfFour();
  await rewrite(store, 1, (action) => (action.type === "add" ? [] : action));

  expect(await problemsOf(store)).toContain(
    "the checkpoint of version 2 has other files than the commits say",
  );
});

test("a file that is added while it is live, and one that is removed when it is not, are named", async () => {
  const store = await tableOfFour();
  const [first] = ((await readCommit(store, 0)) ?? []).flatMap((action) =>
    action.type === "add" ? [action.add] : [],
  );
  if (first === undefined) throw new Error("version 0 adds a file");
  await rewrite(store, 3, (action) =>
    action.type === "add"
      ? [
          action,
          { type: "add", add: first },
          { type: "remove", remove: { path: "absent.parquet", dataChange: true } },
        ]
      : action,
  );

  expect(await problemsOf(store)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^version 3 adds .* which is live already$/),
      "version 3 removes absent.parquet, which is not live",
    ]),
  );
});

test("another table id and a time that runs backwards are named", async () => {
  const store = await tableOfFour();
  const [metaData] = ((await readCommit(store, 0)) ?? []).filter(({ type }) => type === "metaData");
  if (metaData?.type !== "metaData") throw new Error("version 0 has metaData");
  for (const version of [2, 3]) {
    await rewrite(store, version, (action) =>
      action.type === "commitInfo"
        ? { ...action, commitInfo: { ...action.commitInfo, inCommitTimestamp: 10 - version } }
        : action,
    );
  }
  await rewrite(store, 3, (action) =>
    action.type === "commitInfo"
      ? [action, { type: "metaData", metaData: { ...metaData.metaData, id: "another" } }]
      : action,
  );

  expect(await problemsOf(store)).toEqual(
    expect.arrayContaining([
      "version 3 gives the table another id",
      "version 3 has an in-commit timestamp that is not later than the one before",
    ]),
  );
});

test("rows that change in a commit that says it changes none are named", async () => {
  const store = await tableOfFour();
  await optimize(store);
  await rewrite(store, 4, (action) =>
    action.type === "add"
      ? {
          ...action,
          add: {
            ...action.add,
            stats: action.add.stats?.replace('"numRecords":4', '"numRecords":3') ?? "",
          },
        }
      : action,
  );

  expect(await problemsOf(store)).toContain(
    "version 4 turns 4 rows into 3, although it says that it changes none",
  );
});

test("bounds that do not contain the values of their rows are named, when rows are read", async () => {
  const store = await tableOfFour();
  await rewrite(store, 3, (action) =>
    action.type === "add"
      ? {
          ...action,
          add: {
            ...action.add,
            stats:
              action.add.stats
                ?.replace('"minValues":{"id":3', '"minValues":{"id":4')
                .replace('"amount":1.5},"nullCount"', '"amount":1.25},"nullCount"') ?? "",
          },
        }
      : action,
  );

  const problems = await problemsOf(store);

  expect(problems).toEqual([
    expect.stringMatching(/has values of column id outside its bounds in the log$/),
    expect.stringMatching(/has values of column amount outside its bounds in the log$/),
  ]);
  expect((await check(store)).problems).toEqual([]);
});
