import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { sendJson, serve, type TestServer } from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

const openapi3 = `
openapi: 3.0.3
paths:
  /items:
    get:
      responses:
        "200": { content: { application/json: { schema: { $ref: "#/components/schemas/Page" } } } }
components:
  schemas:
    Page: { type: object, properties: { data: { type: array, items: { $ref: "#/components/schemas/Item" } } } }
    Base: { type: object, properties: { id: { type: integer } } }
    Item:
      allOf:
        - $ref: "#/components/schemas/Base"
        - properties:
            note: { type: string, nullable: true }
            parent: { $ref: "#/components/schemas/Item" }
`;
const swagger2 = {
  swagger: "2.0",
  definitions: {
    Item: {
      type: "object",
      properties: { id: { type: "integer" }, note: { type: "string", "x-nullable": true } },
    },
  },
};
const resolved = {
  type: "object",
  properties: { id: { type: "integer" }, note: { type: ["string", "null"] }, parent: {} },
};
const record = { id: 1, note: "7", extra: true };

let api: TestServer;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tap-rest-schemas-"));
  api = await serve((request, response) => {
    if (request.path === "/openapi.yaml") {
      const isKnown = request.headers.authorization === "Bearer t0ken";
      return void response.writeHead(isKnown ? 200 : 401).end(isKnown ? openapi3 : "");
    }
    sendJson(response, { data: [record] });
  });
  await writeFile(join(folder, "openapi.yaml"), openapi3);
  await writeFile(join(folder, "swagger.json"), JSON.stringify(swagger2));
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const bearer = { auth_method: "bearer_token", bearer_token: "t0ken" };

test.each([
  ["a file of OpenAPI 3 in YAML", "openapi.yaml#/components/schemas/Item"],
  [
    "what an operation of it answers",
    "openapi.yaml#/paths/~1items/get/responses/200/content/application~1json/schema/properties/data/items",
  ],
  ["the API's own address, with its credentials", "URL/openapi.yaml#/components/schemas/Item"],
])("R45: a schema is read from %s", async (_name, schema) => {
  const config = itemsConfig(api.url, { schema: schema.replace("URL", api.url) }, bearer);

  const run = await runTap(config, { cwd: folder });

  expect(run).toMatchObject({ code: 0 });
  expect(run.messages[0]?.schema).toMatchObject(resolved);
  expect(run.records()).toEqual([record]);
});

test("R45: a schema is read from OpenAPI 2 in JSON, and a place that is not there is named", async () => {
  const found = await runTap(itemsConfig(api.url, { schema: "swagger.json#/definitions/Item" }), {
    cwd: folder,
  });
  const absent = await runTap(itemsConfig(api.url, { schema: "swagger.json#/definitions/No" }), {
    cwd: folder,
  });

  expect(found.messages[0]?.schema).toEqual({
    type: "object",
    properties: { id: { type: "integer" }, note: { type: ["string", "null"] } },
  });
  expect(absent.code).toBe(1);
  expect(absent.stderr).toContain("swagger.json#/definitions/No has no `properties` object");
});

test("R47: schema_update append makes the schema's file, adds what is new and changes nothing in it", async () => {
  const path = join(folder, "items.json");
  const config = itemsConfig(api.url, { schema: path, schema_update: "append" });

  const first = await runTap(config);
  const made = JSON.parse(await readFile(path, "utf8")) as { properties: Record<string, unknown> };
  await writeFile(
    path,
    JSON.stringify({ type: "object", properties: { id: { type: "string" }, gone: {} } }),
  );
  const second = await runTap(config);
  const third = await runTap(config);

  expect([first.code, second.code, third.code]).toEqual([0, 0, 0]);
  expect(Object.keys(made.properties)).toEqual(["id", "note", "extra"]);
  expect(JSON.parse(await readFile(path, "utf8"))).toEqual({
    type: "object",
    properties: {
      id: { type: "string" },
      gone: {},
      note: { type: ["string", "null"] },
      extra: { type: ["boolean", "null"] },
    },
  });
  expect(second.messages[0]?.schema).toEqual(third.messages[0]?.schema);
});

test("R47: schema_update without a file is a setting error", async () => {
  const run = await runTap(itemsConfig(api.url, { schema_update: "append" }));

  expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("path of a schema file") });
});

const narrow = { properties: { id: { type: "integer" }, note: { type: ["integer", "null"] } } };

test.each([
  ["keep", {}, record],
  ["null", {}, { id: 1, note: null, extra: true }],
  ["force", {}, { id: 1, note: 7, extra: true }],
  ["force", { drop_unknown_properties: true }, { id: 1, note: 7 }],
])("R48: on_invalid_property %s with %j", async (policy, more, expected) => {
  const run = await runTap(
    itemsConfig(api.url, { schema: narrow, on_invalid_property: policy, ...more }),
  );

  expect(run.records()).toEqual([expected]);
});

test.each([
  ["raise", narrow, "a record has string at note, the schema wants integer or null (E_RECORD)"],
  [
    "force",
    { properties: { id: { type: "integer" }, extra: { type: "array" } } },
    "a record has boolean at extra, the schema wants array (E_RECORD)",
  ],
])(
  "R48: on_invalid_property %s ends the run without a value in the error",
  async (policy, schema, error) => {
    const run = await runTap(itemsConfig(api.url, { schema, on_invalid_property: policy }));

    expect(run.code).toBe(1);
    expect(run.stderr).toContain(error);
  },
);
