import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import {
  items,
  offsetPage,
  sendJson,
  serve,
  type TestServer,
} from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

let folder: string;
let total = 25;
let claimed = 25;
let statuses: number[] = [];
let api: TestServer;

beforeAll(async () => {
  api = await serve((request, response) => {
    const { query, path, headers } = request;
    const etag = `"${total} ${query.get("offset")}"`;
    const isModified = path === "/plain" || headers["if-none-match"] !== etag;
    statuses.push(isModified ? 200 : 304);
    if (!isModified) response.writeHead(304, { etag }).end();
    else {
      const more = path === "/plain" ? {} : { etag, "set-cookie": "session=canary-cookie" };
      sendJson(response, { data: offsetPage(query, total), total: claimed }, more);
    }
  });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "answers-"));
  statuses = [];
  total = 25;
  claimed = 25;
});
afterEach(async () => await rm(folder, { recursive: true }));
afterAll(async () => await api[Symbol.asyncDispose]());

const pagination = { style: "offset", page_size: 10, total_path: "$.total" };
const config = (cache: object, stream: object = {}): unknown =>
  itemsConfig(
    api.url,
    { pagination, ...stream },
    { username: "me", password: "canary-password", cache: { folder, ...cache } },
  );

test("R70: an unchanged page comes as 304 and is read from the cache, a changed one anew", async () => {
  const first = await runTap(config({}));
  const second = await runTap(config({}));
  [total, claimed] = [26, 26];
  const third = await runTap(config({}));

  expect(statuses).toEqual([200, 200, 200, 304, 304, 304, 200, 200, 200]);
  expect([first, second, third].map((run) => run.records())).toEqual([
    items(0, 25),
    items(0, 25),
    items(0, 26),
  ]);
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  expect(texts).toHaveLength(3);
  expect(texts.join("")).not.toContain("canary");
  expect((await stat(join(folder, files[0] ?? ""))).mode & 0o777).toBe(0o600);
});

test("R70: a parent that is read twice in a run is asked for once", async () => {
  const child = {
    name: "children",
    path: "/plain",
    records_path: "$.data[*]",
    params: { offset: "{parent.id}", limit: 1 },
    schema: { type: "object", properties: { id: { type: "integer" } } },
    parent: { stream: "items", fields: { id: "$.id" } },
  };
  const parent = { path: "/plain", replication_key: "id", pagination };
  const base = config({ seconds: 60 }, parent) as { streams: object[] };

  const run = await runTap({ ...base, streams: [...base.streams, child] });

  expect(run.records("items")).toEqual(items(0, 25));
  expect(run.records("children")).toEqual(items(0, 25));
  // Three pages of the parent, once, and a request for each child.
  expect(statuses).toHaveLength(3 + 25);
});

test("R70: pages that do not fit together are not kept, and a damaged file is asked for anew", async () => {
  claimed = 30;
  const doubtful = await runTap(config({ seconds: 60 }));

  expect(doubtful.stderr).toContain("E_TOTAL");
  expect(await readdir(folder)).toEqual([]);

  claimed = 25;
  await runTap(config({ seconds: 60 }));
  for (const file of await readdir(folder))
    await writeFile(join(folder, file), '{"status":200}\n{"da');
  const old = join(folder, `${"0".repeat(32)}.answer`);
  await writeFile(old, "");
  await utimes(old, 0, 0);
  const run = await runTap(config({ seconds: 60 }));

  expect(run.records()).toEqual(items(0, 25));
  expect(await readdir(folder)).toHaveLength(3);
});
