import { expect, test } from "@jest/globals";
import { items, sendJson, serve } from "./testing/api-server.test.support.ts";
import { idSchema, itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

test.each([
  ["$[*]", [{ id: 1 }]],
  ["$", [{ id: 1 }]],
  ["$.data[*]", { data: [{ id: 1 }] }],
  ["data", { data: [{ id: 1 }] }],
  ["$.a['b c'].d[*]", { a: { "b c": { d: [{ id: 1 }] } } }],
  ["$..item", { x: { item: { id: 1 } } }],
  ["$.data[?@.id > 0]", { data: [{ id: 0 }, { id: 1 }] }],
  ["$.byId.*", { byId: { one: { id: 1 } } }],
  ["$.one", { one: { id: 1 } }],
])("R35: records_path %s selects the records", async (path, body) => {
  await using api = await serve((_request, response) => sendJson(response, body));

  const run = await runTap(itemsConfig(api.url, { records_path: path }));

  expect(run.stderr).not.toContain("error");
  expect(run.records()).toEqual([{ id: 1 }]);
});

test.each(["$.data[*]", "$.data[?@.id]"])(
  "R43: numbers keep their digits with records_path %s",
  async (path) => {
    const record =
      '{"id":1,"a":24.50,"b":12345678901234567890.123456789012345678,"c":9007199254740993,"d":1E5,"e":-0}';
    await using api = await serve((_request, response) =>
      sendJson(response, `{"data":[${record}]}`),
    );

    const run = await runTap(itemsConfig(api.url, { records_path: path }));

    expect(run.stdout).toContain(`"record":${record}`);
  },
);

test("a pretty-printed body becomes one line per record", async () => {
  await using api = await serve((_request, response) =>
    sendJson(response, JSON.stringify({ data: items(0, 3) }, null, 2)),
  );

  const run = await runTap(itemsConfig(api.url));

  expect(run.records()).toEqual(items(0, 3));
});

test("null at the records path means no records", async () => {
  await using api = await serve((_request, response) => sendJson(response, { data: null }));

  const run = await runTap(itemsConfig(api.url));

  expect(run).toMatchObject({ code: 0 });
  expect(run.records()).toEqual([]);
});

test("a deselected member leaves the schema and the records", async () => {
  await using api = await serve((_request, response) =>
    sendJson(response, { data: [{ id: 1, note: "x", other: 1.5 }] }),
  );
  const schema = {
    type: "object",
    properties: { id: { type: "integer" }, note: { type: "string" } },
    required: ["id", "note"],
  };
  const config = itemsConfig(api.url, { schema });
  const discovered = await runTap(config, { args: ["--discover"] });
  const catalog = JSON.parse(discovered.stdout) as {
    streams: { metadata: { breadcrumb: string[]; metadata: Record<string, unknown> }[] }[];
  };
  const note = catalog.streams[0]?.metadata.find(({ breadcrumb }) => breadcrumb.at(-1) === "note");
  Object.assign(note?.metadata ?? {}, { selected: false });

  const run = await runTap(config, { catalog });

  expect(run.messages[0]?.schema).toEqual({
    type: "object",
    properties: { id: { type: "integer" } },
    required: ["id"],
  });
  expect(run.records()).toEqual([{ id: 1, other: 1.5 }]);
});

test("R44: a schema is read from its file, relative to the working folder", async () => {
  await using api = await serve((_request, response) => sendJson(response, []));

  const run = await runTap(
    itemsConfig(api.url, {
      schema: "schemas/streams/SalesOrderDetail.json",
      records_path: "$[*]",
      primary_keys: ["SalesOrderID", "SalesOrderDetailID"],
    }),
  );

  expect(run.code).toBe(0);
  expect(run.stdout).toContain(
    '"LineTotal":{"type":"number","multipleOf":0.000001,"minimum":-99999999999999999999999999999999.999999',
  );
});

test("R44: a schema file that is not there is one line with its path", async () => {
  const run = await runTap(itemsConfig("http://127.0.0.1:9", { schema: "schemas/none.json" }));

  expect(run).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("schemas/none.json can't be read (E_SCHEMA_FILE)"),
  });
});

test("R50: the bookmark is the largest replication key, to its last digit, and the next run keeps it", async () => {
  const times = [
    "2024-01-02T00:00:00.1234567Z",
    "2024-01-03T00:00:00.0000001Z",
    "2024-01-01T00:00:00Z",
  ];
  await using api = await serve((_request, response) =>
    sendJson(
      response,
      times.map((at, id) => ({ id, at })),
    ),
  );
  const schema = {
    properties: { ...idSchema.properties, at: { type: "string", format: "date-time" } },
  };
  const config = itemsConfig(api.url, { records_path: "$", schema, replication_key: "at" });
  const bookmark = { replication_key: "at", replication_key_value: "2024-01-03T00:00:00.0000001Z" };

  const first = await runTap(config);
  const second = await runTap(config, { state: first.state });

  expect(first.state).toMatchObject({ bookmarks: { items: bookmark } });
  expect(second.state).toMatchObject({ bookmarks: { items: bookmark } });
});

test("R46: a schema that is not declared is inferred from the first records", async () => {
  await using api = await serve((_request, response) =>
    sendJson(response, '{"data":[{"id":1,"price":1.50},{"id":2,"price":null}]}'),
  );

  const run = await runTap(itemsConfig(api.url, { schema: undefined }));

  expect(run.messages[0]?.schema).toEqual({
    type: "object",
    properties: { id: { type: "integer" }, price: { type: ["number", "null"] } },
  });
  expect(run.records()).toHaveLength(2);
});

test("R46: a stream without schema and records is an error that says so", async () => {
  await using api = await serve((_request, response) => sendJson(response, { data: [] }));

  const run = await runTap(itemsConfig(api.url, { schema: undefined }));

  expect(run).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("no records to infer it from"),
  });
});
