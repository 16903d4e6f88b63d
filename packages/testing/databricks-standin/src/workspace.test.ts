import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { presign } from "./presigned.ts";
import { startWorkspace, type Workspace } from "./workspace.ts";

const open: Workspace[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((workspace) => workspace.close()));
});

async function start(): Promise<{ workspace: Workspace; root: string }> {
  const root = await mkdtemp(join(tmpdir(), "workspace-"));
  const workspace = await startWorkspace({
    root,
    token: "secret",
    client: { id: "app", secret: "word" },
    volumes: ["main/default/staging"],
  });
  open.push(workspace);
  return { workspace, root };
}

const headers = { authorization: "Bearer secret" };

test("a file of a volume is written, listed, read and deleted", async () => {
  const { workspace } = await start();
  const file = `${workspace.url}/api/2.0/fs/files/Volumes/main/default/staging/a%20b/one.bin`;
  const folder = `${workspace.url}/api/2.0/fs/directories/Volumes/main/default/staging/a%20b`;

  const put = await fetch(file, { method: "PUT", headers, body: "abc" });
  const again = await fetch(file, { method: "PUT", headers, body: "abc" });
  const listed = await (await fetch(folder, { headers })).text();
  const read = await (await fetch(file, { headers })).text();
  const deleted = await fetch(file, { method: "DELETE", headers });

  expect([put.status, again.status, deleted.status]).toEqual([204, 409, 204]);
  expect(listed).toContain('"name":"one.bin"');
  expect(read).toBe("abc");
});

test("a volume that is missing, or a wrong token, is refused", async () => {
  const { workspace } = await start();
  const file = `${workspace.url}/api/2.0/fs/files/Volumes/main/default/other/one.bin`;

  const missing = await fetch(file, { method: "PUT", headers, body: "abc" });
  const denied = await fetch(file, { method: "PUT", body: "abc" });

  expect([missing.status, denied.status]).toEqual([404, 401]);
});

test("a presigned path needs no token", async () => {
  const { workspace, root } = await start();
  const path = presign("/Volumes/main/default/staging/two.bin", "secret", Date.now());

  const put = await fetch(workspace.url + path, { method: "PUT", body: "xyz" });
  const forged = await fetch(workspace.url + path.replace("two", "three"), {
    method: "PUT",
    body: "xyz",
  });

  expect([put.status, forged.status]).toEqual([204, 403]);
  expect(await readFile(join(root, "Volumes/main/default/staging/two.bin"), "utf8")).toBe("xyz");
});

test("DBFS takes a file in blocks", async () => {
  const { workspace } = await start();
  const call = async (name: string, body: unknown) => {
    const url = `${workspace.url}/api/2.0/dbfs/${name}`;
    return await (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).text();
  };

  const created = await call("create", { path: "/out/one.bin", overwrite: true });
  await call("add-block", { handle: 1, data: Buffer.from("abc").toString("base64") });
  await call("add-block", { handle: 1, data: Buffer.from("def").toString("base64") });
  await call("close", { handle: 1 });
  const status = await fetch(`${workspace.url}/api/2.0/dbfs/get-status?path=/out/one.bin`, {
    headers,
  });

  expect(created).toBe('{"handle":1}');
  expect(await status.text()).toContain('"file_size":6');
});

test("client credentials are exchanged for a token", async () => {
  const { workspace } = await start();
  const authorization = `Basic ${Buffer.from("app:word").toString("base64")}`;

  const answer = await fetch(`${workspace.url}/oidc/v1/token`, {
    method: "POST",
    headers: { authorization },
  });

  expect(await answer.text()).toContain('"access_token":"secret"');
});
