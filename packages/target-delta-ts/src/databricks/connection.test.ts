import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { startWorkspace, type Workspace, type WorkspaceOptions } from "databricks-standin";
import { openWorkspace, warehousePath } from "./connection.ts";
import { DbfsStore } from "./dbfs-store.ts";
import { VolumeStore } from "./volume-store.ts";

const open: Workspace[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((workspace) => workspace.close()));
});

async function start(options: Partial<WorkspaceOptions> = {}): Promise<Workspace> {
  const root = await mkdtemp(join(tmpdir(), "databricks-"));
  const volumes = ["main/default/staging"];
  const workspace = await startWorkspace({ root, token: "secret", volumes, ...options });
  open.push(workspace);
  return workspace;
}

function config(host: string) {
  return {
    host,
    token: "secret",
    catalog: "main",
    schema: "default",
    volume: "staging",
    staging_method: "volume" as const,
    cluster_by: [],
    keep_staged_files: false,
  };
}

test("the only warehouse is taken", async () => {
  const { url } = await start({ warehouses: ["abc"] });

  const path = await warehousePath(config(url), openWorkspace(config(url)).api);

  expect(path).toBe("/sql/1.0/warehouses/abc");
});

test("several warehouses are listed, and none is taken", async () => {
  const { url } = await start({ warehouses: ["abc", "def"] });

  const path = warehousePath(config(url), openWorkspace(config(url)).api);

  await expect(path).rejects.toMatchObject({
    code: "E_SETTING",
    exitCode: 2,
    message: expect.stringContaining("abc (warehouse abc), def (warehouse def)"),
  });
});

test("settings that are missing are named", () => {
  const { token: _token, ...rest } = config("example.test");

  expect(() => openWorkspace(rest)).toThrow("missing `databricks.token` (DATABRICKS_TOKEN)");
});

test("a token is not sent over plain HTTP", () => {
  expect(() => openWorkspace(config("http://example.test"))).toThrow("no HTTPS host");
});

test("a service principal gets its token by itself", async () => {
  const { url, requests } = await start({ client: { id: "app", secret: "word" } });
  const { token: _token, ...rest } = config(url);
  const { api } = openWorkspace({ ...rest, client_id: "app", client_secret: "word" });

  await warehousePath(rest, api);
  await warehousePath(rest, api);

  expect(requests.filter((request) => request.includes("oidc"))).toHaveLength(1);
});

test("T9: a service principal asks again when the workspace is busy or its answer is lost", async () => {
  const { url, requests } = await start({
    client: { id: "app", secret: "word" },
    faults: [
      { request: "POST /oidc", times: 1, answer: { status: 503 } },
      { request: "POST /oidc", times: 1, answer: "drop" },
    ],
  });
  const { token: _token, ...rest } = config(url);
  const { api } = openWorkspace({ ...rest, client_id: "app", client_secret: "word" });

  await warehousePath(rest, api);

  expect(requests.filter((request) => request.includes("oidc"))).toHaveLength(3);
});

test("a wrong token is one clear error", async () => {
  const { url } = await start();
  const { api } = openWorkspace({ ...config(url), token: "wrong" });

  await expect(warehousePath(config(url), api)).rejects.toMatchObject({ code: "E_LOGIN" });
});

test("a file goes up in spite of a busy server and a lost reply", async () => {
  const { url, requests } = await start({
    faults: [
      { request: "PUT /api/2.0/fs/files", times: 1, answer: { status: 503 } },
      { request: "PUT /api/2.0/fs/files", times: 1, answer: "drop" },
    ],
  });
  const store = new VolumeStore(openWorkspace(config(url)).api, "/Volumes/main/default/staging");

  await store.put("a b/one.parquet", Buffer.from("abc"));

  expect(Buffer.from((await store.get("a b/one.parquet")) ?? []).toString()).toBe("abc");
  expect(requests.filter((request) => request.startsWith("PUT /api/2.0/fs/files"))).toHaveLength(3);
});

test("a volume lists what is below a folder", async () => {
  const { url } = await start();
  const store = new VolumeStore(openWorkspace(config(url)).api, "/Volumes/main/default/staging");
  await store.put("a/b/one", Buffer.from("1"));
  await store.put("a/two", Buffer.from("22"));
  await store.put("b/three", Buffer.from("333"));

  await store.move("a/two", "c/two");
  const listed = await store.list("");

  expect(listed.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([
    ["a/b/one", 1],
    ["b/three", 3],
    ["c/two", 2],
  ]);
});

test("a volume that is missing is named", async () => {
  const { url } = await start();
  const store = new VolumeStore(openWorkspace(config(url)).api, "/Volumes/main/default/other");

  await expect(store.put("one", Buffer.from("1"))).rejects.toThrow("/Volumes/main/default/other");
});

test("DBFS takes a file larger than a block and gives it back", async () => {
  const { url } = await start();
  const store = new DbfsStore(openWorkspace(config(url)).api, "/out");
  const bytes = Buffer.alloc(2_500_000, "x");

  await store.put("a/one", bytes);
  await store.move("a/one", "a/two");

  expect((await store.list("a/")).map(({ path }) => path)).toEqual(["a/two"]);
  expect(Buffer.from((await store.get("a/two")) ?? []).equals(bytes)).toBe(true);
});
