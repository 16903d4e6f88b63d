import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { items, offsetPage, sendJson, serve } from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cassette-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const pagination = { style: "offset", page_size: 10, total_path: "$.total" };

test("R72: a recorded run plays again without the API, byte for byte", async () => {
  await withFolder(async (folder) => {
    await using api = await serve(({ query }, response) =>
      sendJson(response, JSON.stringify({ data: offsetPage(query, 25), total: 25 }, undefined, 1)),
    );
    const config = (mode: string): unknown =>
      itemsConfig(api.url, { pagination }, { cassette: { mode, folder } });

    const recorded = await runTap(config("record"));
    const requestCount = api.requests.length;
    const replayed = await runTap(config("replay"));

    expect(recorded.records()).toEqual(items(0, 25));
    expect(replayed.stdout).toBe(recorded.stdout);
    expect(api.requests).toHaveLength(requestCount);
  });
});

test("R72: no secret is recorded: neither credentials, nor tokens, nor cookies", async () => {
  await withFolder(async (folder) => {
    await using api = await serve((request, response) => {
      if (request.path === "/token") sendJson(response, { access_token: "canary-token" });
      else sendJson(response, { data: items(0, 1) }, { "set-cookie": "session=canary-cookie" });
    });
    const oauth = {
      auth_method: "oauth",
      access_token_url: `${api.url}/token`,
      client_secret: "canary-secret",
    };

    const run = await runTap(
      itemsConfig(
        api.url,
        { params: { key: "canary-key" } },
        { ...oauth, cassette: { mode: "record", folder } },
      ),
    );

    expect(run.code).toBe(0);
    const files = await readdir(folder);
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
    expect(texts).toHaveLength(1);
    expect(texts.join("")).not.toContain("canary");
  });
});

test("R72: a request that was not recorded is an error", async () => {
  await withFolder(async (folder) => {
    const run = await runTap(
      itemsConfig("http://127.0.0.1:9", {}, { cassette: { mode: "replay", folder } }),
    );

    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("E_CASSETTE") });
  });
});
