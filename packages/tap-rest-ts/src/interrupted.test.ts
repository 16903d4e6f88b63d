import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import {
  items,
  offsetPage,
  sendJson,
  serve,
  type TestServer,
} from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

let total = 25;
let isBroken = false;
let isForgetful = false;
let dated: { readonly id: number; readonly at: string; readonly text?: string }[] = [];
let api: TestServer;

beforeAll(async () => {
  api = await serve(({ path, query }, response) => {
    const offset = Number(query.get("offset") ?? 0);
    if (path === "/dated") {
      const since = query.get("since") ?? "";
      sendJson(response, { data: dated.filter(({ at }) => at >= since) });
    } else if (path === "/slow" && offset > 10) {
      // Never answered: the run's time is up first.
    } else if (path === "/sorted") {
      const rows = items(offset, 10).map(({ id }) => ({ id, at: day(id + 1) }));
      if (offset < 20) sendJson(response, { data: rows });
    } else if (isBroken && offset === 20) response.writeHead(400).end();
    else if (isForgetful && offset > 0) response.writeHead(410).end();
    else sendJson(response, { data: offsetPage(query, total), total });
    if (offset > 0) isForgetful = false;
  });
});
beforeEach(() => {
  isBroken = false;
  isForgetful = false;
});
afterAll(async () => await api[Symbol.asyncDispose]());

function placeOf(state: unknown): unknown {
  return (state as { bookmarks: { items: unknown } }).bookmarks.items;
}

function day(number: number): string {
  return `2024-01-${String(number).padStart(2, "0")}`;
}

const ids = (run: { records(): readonly Readonly<Record<string, unknown>>[] }): unknown[] =>
  run.records().map(({ id }) => id);
const range = (first: number, count: number): number[] => items(first, count).map(({ id }) => id);
const offset = { style: "offset", page_size: 10, total_path: "$.total" };
const resumable = { resumable: true, pagination: offset };

test("R57: a full reading that broke off goes on at its next page, and the one after it starts anew", async () => {
  const config = itemsConfig(api.url, resumable);

  isBroken = true;
  const broken = await runTap(config);
  isBroken = false;
  const second = await runTap(config, { state: broken.state });
  const third = await runTap(config, { state: second.state });

  expect([broken.code, second.code, third.code]).toEqual([1, 0, 0]);
  expect(broken.state).toMatchObject({
    bookmarks: { items: { page_token: 20, record_count: 20 } },
  });
  expect([...ids(broken), ...ids(second)]).toEqual(range(0, total));
  expect(second.state).toMatchObject({ bookmarks: { items: {} } });
  expect(placeOf(second.state)).toEqual({});
  expect(ids(third)).toEqual(range(0, total));
});

test("R57: a place of other settings, or one that the API has forgotten, starts anew with a warning", async () => {
  isBroken = true;
  const { state } = await runTap(itemsConfig(api.url, resumable));
  isBroken = false;

  const changed = await runTap(
    itemsConfig(api.url, { ...resumable, pagination: { ...offset, page_size: 7 } }),
    { state },
  );
  isForgetful = true;
  const forgotten = await runTap(itemsConfig(api.url, resumable), { state });

  expect([ids(changed), changed.stderr]).toEqual([
    range(0, total),
    expect.stringContaining("resume_dropped"),
  ]);
  expect([ids(forgotten), forgotten.stderr]).toEqual([
    range(0, total),
    expect.stringContaining("resume_refused"),
  ]);
});

test("R57: what both runs read together is held against the API's total", async () => {
  isBroken = true;
  const { state } = await runTap(itemsConfig(api.url, resumable));
  isBroken = false;
  total = 24;
  const shrunk = { bookmarks: { items: Object.assign({}, placeOf(state), { record_count: 19 }) } };
  const run = await runTap(itemsConfig(api.url, resumable), { state: shrunk });
  total = 25;

  expect(run.code).toBe(1);
  expect(run.stderr).toContain("read 23 records, but the API's total is 24");
  expect(run.state).toMatchObject({ bookmarks: { items: {} } });
  expect(placeOf(run.state)).toEqual({});
});

test("R57: resumable with a replication key is a setting error", async () => {
  const run = await runTap(itemsConfig(api.url, { ...resumable, replication_key: "id" }));

  expect(run.code).toBe(2);
  expect(run.stderr).toContain("stream items: resumable does not go with replication_key");
});

const schema = {
  type: "object",
  properties: { id: { type: "integer" }, at: { type: "string" }, text: { type: "string" } },
};
const incremental = { start_param: "since", skip_repeated: true };

test.each([
  ["the whole stream", {}],
  ["each partition", { partitions: [{ p: 1 }] }],
])(
  "R58: records at the bookmark of %s are sent once, unless they changed or came later",
  async (_name, more) => {
    const config = itemsConfig(api.url, {
      ...more,
      path: "/dated",
      schema,
      replication_key: "at",
      incremental,
    });
    dated = [1, 2, 3].map((id) => ({ id, at: day(Math.min(id, 2)) }));
    const first = await runTap(config);
    const same = await runTap(config, { state: first.state });
    dated = [
      { id: 2, at: day(2) },
      { id: 3, at: day(2), text: "changed" },
      { id: 4, at: day(2) },
    ];
    const late = await runTap(config, { state: same.state });
    const last = await runTap(config, { state: late.state });

    expect([first, same, late, last].map(ids)).toEqual([[1, 2, 3], [], [3, 4], []]);
  },
);

test("R68: a run that takes too long ends by name with all that it read, and the next one goes on", async () => {
  const top = { run_timeout_seconds: 0.7 };
  const sorted = {
    schema,
    replication_key: "at",
    incremental: { start_param: "since", is_sorted: true },
  };

  const [full, byKey] = await Promise.all([
    runTap(itemsConfig(api.url, { ...resumable, path: "/slow" }, top)),
    runTap(
      itemsConfig(
        api.url,
        { ...sorted, path: "/sorted", pagination: { style: "offset", page_size: 10 } },
        top,
      ),
    ),
  ]);

  expect([full.code, byKey.code]).toEqual([1, 1]);
  expect(full.stderr).toContain("E_RUN_TIME");
  expect(ids(full)).toEqual(range(0, 20));
  expect(full.state).toMatchObject({ bookmarks: { items: { page_token: 20 } } });
  expect(ids(byKey)).toEqual(range(0, 20));
  expect(byKey.state).toMatchObject({ bookmarks: { items: { replication_key_value: day(20) } } });
});
