import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "@jest/globals";
import { startWorkspace, type Workspace, type WorkspaceOptions } from "databricks-standin";

const program = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const open: Workspace[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((workspace) => workspace.close()));
});

async function start(options: Partial<WorkspaceOptions> = {}): Promise<Workspace> {
  const root = await mkdtemp(join(tmpdir(), "databricks-"));
  const volumes = ["main/default/landing"];
  const workspace = await startWorkspace({ root, token: "secret", volumes, ...options });
  open.push(workspace);
  return workspace;
}

/** Loads two rows by the executable, whose only settings are the variables; gives its code and what it says. */
async function load(
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; said: string }> {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [program], { env: { PATH, ...env } });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(
    '{"type":"SCHEMA","stream":"a","schema":{"type":"object","properties":{"id":{"type":"integer"}}},"key_properties":["id"]}\n{"type":"RECORD","stream":"a","record":{"id":1}}\n{"type":"RECORD","stream":"a","record":{"id":2}}\n',
  );
  const code = await new Promise<number>((resolve) => child.once("close", resolve));
  return { code, said };
}

const files = {
  TARGET_DELTA_FORMAT: "parquet",
  TARGET_DELTA_PATH: "/Volumes/main/default/landing",
};

test("T10: rows go as Parquet into a volume, by three names, and the token is not told", async () => {
  const { url, requests } = await start();

  const { code, said } = await load({ ...files, DATABRICKS_HOST: url, DATABRICKS_TOKEN: "secret" });

  expect(code).toBe(0);
  expect(
    requests.some((request) =>
      request.startsWith("PUT /api/2.0/fs/files/Volumes/main/default/landing/a/"),
    ),
  ).toBe(true);
  expect(said).not.toContain("secret");
});

test("T9: a service principal loads by a token that it gets itself", async () => {
  const { url, requests } = await start({ client: { id: "app", secret: "word" } });

  const { code } = await load({
    ...files,
    DATABRICKS_HOST: url,
    DATABRICKS_CLIENT_ID: "app",
    DATABRICKS_CLIENT_SECRET: "word",
  });

  expect(code).toBe(0);
  expect(requests).toContain("POST /oidc/v1/token");
});

test("T9: a token that ran out early is got anew", async () => {
  const { url, requests } = await start({
    client: { id: "app", secret: "word" },
    faults: [{ request: "PUT /api/2.0/fs/files", times: 1, answer: { status: 401 } }],
  });

  const { code } = await load({
    ...files,
    DATABRICKS_HOST: url,
    DATABRICKS_CLIENT_ID: "app",
    DATABRICKS_CLIENT_SECRET: "word",
  });

  expect(code).toBe(0);
  expect(requests.filter((request) => request.includes("oidc"))).toHaveLength(2);
});

test("T7: a host that is nowhere is one line", async () => {
  const { code, said } = await load({
    ...files,
    DATABRICKS_HOST: "workspace.invalid",
    DATABRICKS_TOKEN: "secret",
  });

  expect(code).toBe(1);
  expect(said).toMatch(
    /error: stream a: cannot write table a: cannot reach https:\/\/workspace\.invalid: E[A-Z_]+ \(E_DATABRICKS\)\nhint: check `databricks\.host`/,
  );
});

test("T9: a wrong token is one line", async () => {
  const { url } = await start();

  const { code, said } = await load({ ...files, DATABRICKS_HOST: url, DATABRICKS_TOKEN: "wrong" });

  expect(code).toBe(1);
  expect(said).toMatch(
    /error: stream a: cannot write table a: Databricks refuses the token: 401 .*UNAUTHENTICATED.* \(E_LOGIN\)\nhint: make a new token/,
  );
});

test("T8: a volume that is missing is one line", async () => {
  const { url } = await start();

  const { code, said } = await load({
    ...files,
    TARGET_DELTA_PATH: "/Volumes/main/default/other",
    DATABRICKS_HOST: url,
    DATABRICKS_TOKEN: "secret",
  });

  expect(code).toBe(1);
  expect(said).toMatch(
    /error: stream a: cannot write table a: Databricks answers 404 to PUT .*\/Volumes\/main\/default\/other.*NOT_FOUND.* \(E_DATABRICKS\)\nhint: check/,
  );
});

test("T10: a privilege that is missing is one line", async () => {
  const { url } = await start({
    faults: [{ request: "PUT /api/2.0/fs/", times: 9, answer: { status: 403 } }],
  });

  const { code, said } = await load({ ...files, DATABRICKS_HOST: url, DATABRICKS_TOKEN: "secret" });

  expect(code).toBe(1);
  expect(said).toMatch(
    /error: stream a: cannot write table a: Databricks answers 403 to PUT .* \(E_DATABRICKS\)\nhint: grant the privilege/,
  );
});
