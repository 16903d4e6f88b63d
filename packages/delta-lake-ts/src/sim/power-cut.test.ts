import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { DeltaError } from "../error.ts";
import { append } from "../operation/append.ts";
import { type Runtime, systemRuntime } from "../runtime.ts";
import { loadFullSnapshot } from "../snapshot.ts";
import { LocalStore } from "../store/local.ts";
import { readRows, schemaOf, writeRows } from "../table-fixture.test.support.ts";
import { PowerCutDisk } from "./power-cut.ts";

const schema = schemaOf({ id: "long" });
/** Waiting costs no time. */
function virtualRuntime(): Runtime {
  let nowMs = 0;
  return {
    ...systemRuntime,
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += Math.max(1, ms);
    },
  };
}
/** Versions with a checkpoint among them. */
const APPENDS = 3;
const configuration = { "delta.checkpointInterval": "2" };

/** Appends until the power goes; the ids whose commit was acknowledged. */
async function load(disk: PowerCutDisk): Promise<number[]> {
  const acknowledged: number[] = [];
  const store = new LocalStore("/table", { fileSystem: disk });
  const runtime = virtualRuntime();
  try {
    for (let id = 0; id < APPENDS; id += 1) {
      const files = await writeRows(store, schema, [{ id }]);
      await append(store, files, { createIfMissing: { schema }, configuration, runtime });
      acknowledged.push(id);
    }
  } catch {
    // The power is gone, whatever the error says.
  }
  return acknowledged;
}

test("bug 3: whenever the power goes, acknowledged rows are there and each commit is whole or absent", async () => {
  const whole = new PowerCutDisk();
  expect(await load(whole)).toEqual([0, 1, 2]);

  for (let step = 0; step <= whole.operationCount; step += 1) {
    const disk = new PowerCutDisk(step);
    const acknowledged = await load(disk);
    for (const seed of [0, step + 1]) {
      const store = new LocalStore("/table", { fileSystem: disk.afterPowerCut(seed) });
      const snapshot = await loadFullSnapshot(store);
      expect(snapshot?.emptyVersions ?? []).toEqual([]);
      const ids = snapshot === undefined ? [] : (await readRows(store)).map(({ id }) => Number(id));
      expect(ids.slice(0, acknowledged.length)).toEqual(acknowledged);
      expect(ids.length - acknowledged.length).toBeLessThanOrEqual(1);
    }
  }
}, 120_000);

test("the disk loses what was not fsynced, so that the proof above proves something", async () => {
  const disk = new PowerCutDisk();
  await disk.mkdir("/table/_delta_log");
  for (const folder of ["/", "/table"]) await (await disk.open(folder, "r")).sync();
  const commit = await disk.open("/table/_delta_log/0.json", "wx");
  await commit.writeFile(Buffer.from("{}"));
  await (await disk.open("/table/_delta_log", "r")).sync();

  const torn = disk.afterPowerCut(0);

  expect((await torn.stat("/table/_delta_log/0.json")).size).toBe(0);
});

test("bug 3: no commit's name is ever opened for writing, and only the local store and the spill file open any", async () => {
  const disk = new PowerCutDisk();
  const opened: string[] = [];
  const open = disk.open.bind(disk);
  disk.open = (path, flags) => {
    if (flags !== "r") opened.push(path);
    return open(path, flags);
  };
  const store = new LocalStore("/table", { fileSystem: disk });
  for (let id = 0; id < 5; id += 1) {
    const options = { createIfMissing: { schema }, configuration, runtime: virtualRuntime() };
    await append(store, [], { ...options, appTransaction: { appId: "app", version: id } });
  }
  const sources = await readdir(new URL("..", import.meta.url), { recursive: true });
  const code = sources.filter((name) => name.endsWith(".ts") && !name.includes(".test."));
  const texts = await Promise.all(
    code.map((name) => readFile(new URL(`../${name}`, import.meta.url), "utf8")),
  );

  expect(opened.length).toBeGreaterThan(5);
  expect(opened.filter((path) => !path.endsWith(".tmp"))).toEqual([]);
  expect(code.filter((_, index) => texts[index]?.includes('from "node:fs'))).toEqual([
    "store/file-system.ts",
    // A temporary file of its own making, outside of every table.
    "store/spill-file.ts",
  ]);
});

test.each(["ENOSYS", "EPERM", "EOPNOTSUPP", "EXDEV"])(
  "bug 6: a file system that answers %s to link() is refused, and nothing is published",
  async (code) => {
    const disk = new PowerCutDisk();
    disk.link = () => Promise.reject(Object.assign(new Error(code), { code }));
    const store = new LocalStore("/table", { fileSystem: disk });

    const attempt = append(store, [], { createIfMissing: { schema }, runtime: virtualRuntime() });

    const error: unknown = await attempt.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DeltaError);
    expect(error).toMatchObject({ code: "E_STORE_NO_ATOMIC_CREATE" });
    expect(String(error)).toContain("StoreLacksAtomicCreate");
    expect(await store.list("")).toEqual([]);
  },
);
