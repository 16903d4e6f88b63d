import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { LocalStore } from "./local.ts";

let folder: string;
let store: LocalStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "delta-store-"));
  store = new LocalStore(folder);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test("of many racing creators exactly one succeeds, and its bytes stay", async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      store.putIfAbsent("_delta_log/0.json", Buffer.from([index])),
    ),
  );

  const winner = outcomes.indexOf("created");
  expect(outcomes.filter((outcome) => outcome === "created").length).toBe(1);
  expect(await store.get("_delta_log/0.json")).toEqual(Buffer.from([winner]));
  expect(await readdir(join(folder, "_delta_log"))).toEqual(["0.json"]);
});

test("an absent object is undefined, and an absent folder lists nothing", async () => {
  expect(await store.get("_delta_log/x")).toBeUndefined();
  expect(await store.head("x/y")).toBeUndefined();
  expect(await store.list("_delta_log/")).toEqual([]);
  await store.delete("x");
});

test("a trouble other than absence is an error, never an empty answer", async () => {
  await expect(store.get(".")).rejects.toMatchObject({ code: "EISDIR" });
});

test("a range is cut at the end of the object", async () => {
  await store.put("a", Buffer.from("hello"));

  expect(Buffer.from((await store.get("a", { start: 1, end: 3 })) ?? []).toString()).toBe("el");
  expect((await store.get("a", { start: 3, end: 99 }))?.length).toBe(2);
});

test("listing goes by prefix and name, below folders too", async () => {
  for (const path of ["_delta_log/2", "_delta_log/10", "p=1/a", "b"])
    await store.put(path, Buffer.from("x"));

  expect((await store.list("")).map(({ path }) => path)).toEqual([
    "_delta_log/10",
    "_delta_log/2",
    "b",
    "p=1/a",
  ]);
  expect((await store.list("_delta_log/", "_delta_log/10")).map(({ path }) => path)).toEqual([
    "_delta_log/2",
  ]);
});

test("a put takes Hadoop's checksum of the old content away", async () => {
  await store.put("_delta_log/_last_checkpoint", Buffer.from("1"));
  await writeFile(join(folder, "_delta_log/._last_checkpoint.crc"), "old");

  await store.put("_delta_log/_last_checkpoint", Buffer.from("2"));

  expect(await readdir(join(folder, "_delta_log"))).toEqual(["_last_checkpoint"]);
});

test("a path that leaves the folder is refused", async () => {
  await expect(store.delete("../x")).rejects.toMatchObject({ code: "E_STORE" });
});

test("a write that fails leaves no file behind", async () => {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("half");
    throw new Error("the source broke");
  }

  await expect(store.write("a/b.parquet", chunks())).rejects.toThrow("the source broke");

  expect(await store.head("a/b.parquet")).toBeUndefined();
});
