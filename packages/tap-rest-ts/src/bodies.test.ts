import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { items, sendJson, serve, type TestServer } from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

const query =
  "query($after: String, $first: Int) {items(after: $after, first: $first) {nodes{id}}}";

let api: TestServer;
let seen: string[] = [];

beforeAll(async () => {
  api = await serve((request, response, body) => {
    seen.push(`${request.method} ${request.headers["content-type"]} ${body}`);
    if (request.path === "/graphql") answerGraphql(body);
    else if (request.path === "/failing")
      sendJson(response, { data: null, errors: [{ message: "no field idd" }] });
    else {
      const form = new URLSearchParams(body);
      const offset = body.startsWith("{")
        ? (JSON.parse(body) as { offset: number }).offset
        : Number(form.get("offset"));
      sendJson(response, { data: items(offset, offset < 4 ? 2 : 0) });
    }

    function answerGraphql(text: string): void {
      const { variables } = JSON.parse(text) as { variables: { after?: string; first: number } };
      const first = Number(variables.after?.slice(1) ?? 0);
      const isThrottled = seen.length === 2;
      if (isThrottled)
        return sendJson(response, {
          data: null,
          errors: [{ message: "slow down", extensions: { code: "THROTTLED" } }],
        });
      const pageInfo = { hasNextPage: first < 4, endCursor: `c${first + 2}` };
      const nodes = items(first, variables.first);
      sendJson(response, { data: { items: { nodes, pageInfo } } });
    }
  });
});
afterAll(async () => await api[Symbol.asyncDispose]());

test("R2: a GraphQL query is paged by its variables, its braces stay, and a throttled answer is asked for again", async () => {
  seen = [];

  const run = await runTap(
    itemsConfig(api.url, {
      path: "/graphql",
      body: { query, variables: { first: 2, since: "{start}" } },
      body_format: "graphql",
      replication_key: "id",
      start_date: "2024-01-01",
      records_path: "$.data.items.nodes[*]",
      pagination: {
        style: "cursor",
        param_in: "body",
        cursor_param: "variables.after",
        cursor_path: "$.data.items.pageInfo.endCursor",
        has_more_path: "$.data.items.pageInfo.hasNextPage",
      },
    }),
  );

  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining("E_GRAPHQL") });
  expect(run.records()).toEqual(items(0, 6));
  expect(seen).toHaveLength(4);
  expect(seen[3]).toBe(
    `POST application/json ${JSON.stringify({ query, variables: { first: 2, since: "2024-01-01", after: "c4" } })}`,
  );
});

test("R2: a GraphQL answer with errors and status 200 fails the run in the API's words", async () => {
  const run = await runTap(
    itemsConfig(api.url, { path: "/failing", body: query, body_format: "graphql" }),
  );

  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/answered with 1 GraphQL errors: no field idd \(E_GRAPHQL\)/);
});

test.each([
  [
    "JSON",
    { body: { kind: "all" } },
    'POST application/json {"kind":"all","limit":2,"offset":0}',
    'POST application/json {"kind":"all","limit":2,"offset":4}',
  ],
  [
    "a form",
    { body: { kind: "a b" }, body_format: "form" },
    "POST application/x-www-form-urlencoded kind=a+b&limit=2&offset=0",
    "POST application/x-www-form-urlencoded kind=a+b&limit=2&offset=4",
  ],
  [
    "JSON as use_request_body_not_params has it",
    { params: { kind: "all" }, method: "POST" },
    'POST application/json {"kind":"all","limit":2,"offset":0}',
    'POST application/json {"kind":"all","limit":2,"offset":4}',
  ],
])("R2: offset and limit go in a body of %s", async (name, stream, first, last) => {
  seen = [];
  const top = name.includes("use_request") ? { use_request_body_not_params: true } : {};
  const pagination = { style: "offset", page_size: 2, param_in: "body" };

  const run = await runTap(itemsConfig(api.url, { ...stream, pagination }, top));

  expect(run.records()).toEqual(items(0, 4));
  expect([seen[0], seen[2]]).toEqual([first, last]);
  expect(api.requests.at(-1)).toBe("POST /items");
});

test("R2: a text is sent as it stands, its templates filled, and is no place for paging", async () => {
  seen = [];
  const stream = {
    body: "<ask since='{start}'/>",
    body_format: "text",
    headers: { "Content-Type": "application/xml" },
    replication_key: "id",
    start_date: "2024-01-01",
  };

  const sent = await runTap(itemsConfig(api.url, { ...stream, path: "/text" }));
  const refused = await runTap(
    itemsConfig(api.url, { ...stream, pagination: { style: "offset", param_in: "body" } }),
  );

  expect(sent.code).toBe(0);
  expect(seen).toEqual(["POST application/xml <ask since='2024-01-01'/>"]);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("(E_SETTING)") });
});
