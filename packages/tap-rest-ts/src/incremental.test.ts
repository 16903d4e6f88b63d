import { expect, test } from "@jest/globals";
import { sendJson, serve } from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

const schema = {
  type: "object",
  properties: { id: { type: "integer" }, at: { type: "string", format: "date-time" } },
};
const day = (number: number): string => `2024-01-0${number}T00:00:00Z`;
const dated = [1, 2, 3, 4].map((id) => ({ id, at: day(id) }));
const stream = { schema, replication_key: "at", records_path: "$" };

test("R50: the bookmark of the run before goes to the API, and start_date on the first run", async () => {
  await using api = await serve(({ query }, response) => {
    sendJson(
      response,
      dated.filter(({ at }) => at >= (query.get("since") ?? "")),
    );
  });
  const config = itemsConfig(
    api.url,
    { ...stream, incremental: { start_param: "since" } },
    { start_date: day(2) },
  );

  const first = await runTap(config);
  const second = await runTap(config, { state: first.state });

  expect(first.records().map(({ id }) => id)).toEqual([2, 3, 4]);
  expect(second.records().map(({ id }) => id)).toEqual([4]);
});

test("R4: templates put the bookmark, settings and partitions anywhere", async () => {
  let seen = "";
  await using api = await serve((request, response, body) => {
    seen = `${request.method} ${request.url} ${String(request.headers["x-user"])} ${body}`;
    sendJson(response, []);
  });
  const config = itemsConfig(
    api.url,
    {
      ...stream,
      path: "/{partition.region}/items",
      params: { from: "{start}", list: ["a", "b"] },
      headers: { "X-User": "{config.username}" },
      body: { query: "{{at > {start}}}", limit: 5 },
      partitions: [{ region: "e/u" }],
    },
    { start_date: day(2), username: "me", password: "x" },
  );

  const run = await runTap(config);

  expect(run.code).toBe(0);
  expect(seen).toBe(
    `POST /e%2Fu/items?from=2024-01-02T00%3A00%3A00Z&list=a&list=b me {"query":"{at > ${day(2)}}","limit":5}`,
  );
});

test("R51: records before the bookmark are dropped here when the API can't filter", async () => {
  await using api = await serve((_request, response) => sendJson(response, dated));
  const state = { bookmarks: { items: { replication_key: "at", replication_key_value: day(3) } } };

  const run = await runTap(itemsConfig(api.url, { ...stream, incremental: { filter: "client" } }), {
    state,
  });

  expect(run.records().map(({ id }) => id)).toEqual([3, 4]);
});

test("R53: windows cover the time, and the bookmark moves after each drained one", async () => {
  await using api = await serve(({ query }, response) => {
    sendJson(
      response,
      dated.filter(({ at }) => at >= (query.get("from") ?? "") && at < (query.get("to") ?? "")),
    );
  });
  const incremental = {
    start_param: "from",
    end_param: "to",
    format: "date",
    step: "P2D",
    end_date: day(5),
  };

  const run = await runTap(
    itemsConfig(api.url, { ...stream, incremental }, { start_date: day(1) }),
  );

  expect(api.requests).toEqual([
    "GET /items?from=2024-01-01&to=2024-01-03",
    "GET /items?from=2024-01-03&to=2024-01-05",
  ]);
  const states = run.messages.flatMap(({ type, value }) =>
    type === "STATE" ? [JSON.stringify(value)] : [],
  );
  expect(states[0]).toContain(day(2));
  expect(states.at(-1)).toContain(day(4));
});

test("R53: a window that fails leaves the bookmark at the window before", async () => {
  await using api = await serve(({ query }, response) => {
    if (query.get("from") === "2024-01-03") response.writeHead(400).end();
    else sendJson(response, dated.slice(0, 2));
  });
  const incremental = {
    start_param: "from",
    end_param: "to",
    format: "date",
    step: "P2D",
    end_date: day(5),
  };

  const run = await runTap(
    itemsConfig(api.url, { ...stream, incremental }, { start_date: day(1) }),
  );

  expect(run.code).toBe(1);
  expect(run.state).toMatchObject({ bookmarks: { items: { replication_key_value: day(2) } } });
});

test("R54: lookback starts before the bookmark and never lowers it", async () => {
  await using api = await serve((_request, response) => sendJson(response, dated.slice(0, 2)));
  const state = { bookmarks: { items: { replication_key: "at", replication_key_value: day(3) } } };
  const incremental = { start_param: "since", lookback: "P1D" };

  const run = await runTap(itemsConfig(api.url, { ...stream, incremental }), { state });

  expect(api.requests).toEqual(["GET /items?since=2024-01-02T00%3A00%3A00.000Z"]);
  expect(run.state).toEqual(expect.objectContaining(state));
});

const byRegion = { ...stream, path: "/{partition.p}" };

test("R56: each partition has its own bookmark", async () => {
  await using api = await serve(({ path }, response) =>
    sendJson(response, path === "/a" ? dated.slice(0, 2) : dated),
  );

  const run = await runTap(
    itemsConfig(api.url, { ...byRegion, partitions: [{ p: "a" }, { p: "b" }] }),
  );

  expect(run.state).toMatchObject({
    bookmarks: {
      items: {
        partitions: [
          { context: { p: "a" }, replication_key_value: day(2) },
          { context: { p: "b" }, replication_key_value: day(4) },
        ],
      },
    },
  });
});

test("R56: with more partitions than bookmarks, every one is read, also one that appears later with old records", async () => {
  await using api = await serve(({ path }, response) =>
    sendJson(response, path === "/new" ? dated.slice(0, 1) : dated),
  );
  const incremental = { filter: "client" };
  const config = (names: readonly string[]) => {
    const partitions = names.map((p) => ({ p }));
    return itemsConfig(
      api.url,
      { ...byRegion, incremental, partitions },
      { state_partitions_max: 1 },
    );
  };

  const first = await runTap(config(["a", "b"]));
  const second = await runTap(config(["a", "b", "new"]), { state: first.state });

  expect(first.state).toMatchObject({
    bookmarks: {
      items: {
        partitions: [{ context: { p: "b" }, replication_key: "at", replication_key_value: day(4) }],
      },
    },
  });
  expect(first.stderr).toContain("partition_bookmarks_forgotten");
  // All of a, which has no bookmark any more; the last of b; all of the new one.
  expect(second.records().map(({ id }) => id)).toEqual([1, 2, 3, 4, 4, 1]);
});

test("R56: a bookmark of the time before the stream had partitions skips nothing of them", async () => {
  await using api = await serve((_request, response) => sendJson(response, dated));
  const state = { bookmarks: { items: { replication_key: "at", replication_key_value: day(4) } } };
  const partitioned = { ...byRegion, incremental: { filter: "client" }, partitions: [{ p: "a" }] };

  const run = await runTap(itemsConfig(api.url, partitioned), { state });

  expect(run.records()).toHaveLength(4);
});

const unsortedPages = [
  [dated[3], dated[0]],
  [dated[1], dated[2]],
];

test.each([{ max_pages: 1 }, { max_records: 2 }])(
  "R19, R55: %j leaves the bookmark of an unsorted stream, so that the next run reads the rest",
  async (limit) => {
    await using api = await serve(({ query }, response) =>
      sendJson(response, unsortedPages[Number(query.get("page")) - 1] ?? []),
    );
    const paged = { ...stream, incremental: { filter: "client" } };
    const pagination = { style: "page", page_size: 2 };

    const limited = await runTap(
      itemsConfig(api.url, { ...paged, pagination: { ...pagination, ...limit } }),
    );
    const whole = await runTap(itemsConfig(api.url, { ...paged, pagination }), {
      state: limited.state,
    });

    expect(limited.code).toBe(0);
    expect(limited.stderr).toContain("bookmark_held");
    expect(whole.records().map(({ id }) => id)).toEqual([4, 1, 2, 3]);
  },
);

test("R19: max_pages moves the bookmark of a sorted stream page by page", async () => {
  await using api = await serve(({ query }, response) => {
    const from = (Number(query.get("page")) - 1) * 2;
    sendJson(response, dated.slice(from, from + 2));
  });
  const pagination = { style: "page", page_size: 2, max_pages: 1 };

  const run = await runTap(
    itemsConfig(api.url, { ...stream, incremental: { is_sorted: true }, pagination }),
  );

  expect(run.state).toMatchObject({ bookmarks: { items: { replication_key_value: day(2) } } });
});

const orders = { name: "orders", path: "/orders", records_path: "$", primary_keys: ["id"], schema };
const lines = {
  name: "lines",
  path: "/orders/{parent.order}/lines",
  records_path: "$",
  primary_keys: ["id"],
  schema,
  parent: { stream: "orders", fields: { order: "$.id" }, include: ["order"] },
};

test("R59: children are read for each record of their parent, many levels deep, and R39: get fields of it", async () => {
  await using api = await serve(({ path }, response) => {
    const depth = path.split("/").length;
    sendJson(
      response,
      depth === 2 ? [{ id: 1 }, { id: 2 }] : [{ id: depth * 10 + Number(path.split("/")[2]) }],
    );
  });
  const notes = {
    ...lines,
    name: "notes",
    path: "/notes/{parent.line}/of/it",
    parent: { stream: "lines", fields: { line: "$.id" } },
  };

  const run = await runTap({ api_url: api.url, streams: [orders, lines, notes] });

  expect(run.records("orders")).toEqual([{ id: 1 }, { id: 2 }]);
  expect(run.records("lines")).toEqual([
    { order: 1, id: 41 },
    { order: 2, id: 42 },
  ]);
  expect(run.records("notes")).toHaveLength(2);
  expect(api.requests.filter((request) => request === "GET /orders")).toHaveLength(1);
});

test("R61: a child that is not incremental is read for all parents, though only changed ones are sent", async () => {
  await using api = await serve(({ path, query }, response) => {
    if (path !== "/orders") return sendJson(response, [{ id: Number(path.split("/")[2]) }]);
    return sendJson(
      response,
      dated.filter(({ at }) => at >= (query.get("since") ?? "")),
    );
  });
  const state = { bookmarks: { orders: { replication_key: "at", replication_key_value: day(4) } } };
  const parent = { ...orders, replication_key: "at", incremental: { start_param: "since" } };
  const changed = { ...lines, parent: { ...lines.parent, is_incremental: true } };

  const all = await runTap({ api_url: api.url, streams: [parent, lines] }, { state });
  const some = await runTap({ api_url: api.url, streams: [parent, changed] }, { state });

  expect(all.records("orders").map(({ id }) => id)).toEqual([4]);
  expect(all.records("lines").map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  expect(some.records("lines").map(({ id }) => id)).toEqual([4]);
});

test("R62: a deselected parent is read for its child and not sent", async () => {
  await using api = await serve(({ path }, response) =>
    sendJson(response, path === "/orders" ? [{ id: 1 }] : [{ id: 7 }]),
  );
  const config = { api_url: api.url, streams: [orders, lines] };
  const discovered = await runTap(config, { args: ["--discover"] });
  const catalog = JSON.parse(discovered.stdout) as {
    streams: { metadata: { metadata: object }[] }[];
  };
  Object.assign(catalog.streams[0]?.metadata[0]?.metadata ?? {}, { selected: false });

  const run = await runTap(config, { catalog });

  expect(run.messages.map(({ type, stream: name }) => `${type} ${name ?? ""}`)).toEqual([
    "SCHEMA lines",
    "RECORD lines",
    "STATE ",
  ]);
});

test("R69: partitions are asked for ahead, their records keep the order", async () => {
  let waiting: (() => void)[] = [];
  await using api = await serve(({ path }, response) => {
    waiting.push(() => sendJson(response, [{ id: Number(path.slice(1)) }]));
    // The answers come only once three requests wait at the same time, the last one first.
    if (waiting.length < 3) return;
    for (const send of waiting.toReversed()) send();
    waiting = [];
  });
  const partitions = [1, 2, 3].map((p) => ({ p }));
  const config = itemsConfig(
    api.url,
    { path: "/{partition.p}", records_path: "$", partitions },
    { concurrency: 3 },
  );

  const run = await runTap(config);

  expect(run.records()).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});
