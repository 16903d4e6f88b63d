import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { sendJson, serve, type TestServer } from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

const orders =
  '[{"id":1,"at":"2024-01-01","lines":[{"no":1,"price":1.50},{"no":2,"price":12345678901234567.89}],"customer":{"city":"Recife","secret":"x"}}, {"id":2,"at":"2024-01-02","lines":[],"customer":null}]';

const any = { type: ["integer", "number", "string", "object", "array", "null"] };
const schemaOf = (...names: string[]): unknown => ({
  type: "object",
  properties: Object.fromEntries(names.map((name) => [name, any])),
});

let api: TestServer;
beforeAll(async () => {
  api = await serve((_request, response) => sendJson(response, `{"data":${orders},"total":2}`));
});
afterAll(async () => await api[Symbol.asyncDispose]());

test("R36: each value of a list inside a record becomes a record, with fields of the outer one and exact numbers", async () => {
  const run = await runTap(
    itemsConfig(api.url, {
      expand: { path: "$.lines[*]", include: { order_id: "$.id", city: "$.customer.city" } },
      primary_keys: ["order_id", "no"],
      schema: schemaOf("order_id", "no", "price", "city"),
      // Paging and the check of the total go by the API's records, not by those made of them.
      pagination: { style: "offset", page_size: 2, total_path: "$.total" },
    }),
  );

  expect(run).toMatchObject({ code: 0 });
  const records = run.stdout.split("\n").filter((line) => line.includes('"RECORD"'));
  expect(records.map((line) => /"record":(\{.*?\})/.exec(line)?.[1])).toEqual([
    '{"no":1,"price":1.50,"order_id":1,"city":"Recife"}',
    '{"no":2,"price":12345678901234567.89,"order_id":1,"city":"Recife"}',
  ]);
});

test("R36: when_empty keep sends what is included of a record without values, and a value that is no object is one", async () => {
  const expand = { path: "$.lines[*].no", include: { id: "$.id" }, when_empty: "keep" };

  const run = await runTap(itemsConfig(api.url, { expand, schema: schemaOf("id", "value") }));

  expect(run.records()).toEqual([{ value: 1, id: 1 }, { value: 2, id: 1 }, { id: 2 }]);
});

test("R37: fields are added, renamed and taken out, and an added one may be the replication key", async () => {
  const run = await runTap(
    itemsConfig(api.url, {
      fields: { city: "$.customer.city", changed_at: "$.at" },
      drop_fields: ["customer", "lines", "at"],
      replication_key: "changed_at",
      schema: schemaOf("id", "city", "changed_at"),
    }),
  );

  expect(run.records()).toEqual([
    { id: 1, city: "Recife", changed_at: "2024-01-01" },
    { id: 2, city: null, changed_at: "2024-01-02" },
  ]);
  expect(run.state).toMatchObject({
    bookmarks: { items: { replication_key_value: "2024-01-02" } },
  });
});

test("R37: records are filtered by records_path, and cast, renamed and filtered by stream maps", async () => {
  const path = await runTap(
    itemsConfig(api.url, { records_path: "$.data[?@.customer != null]", schema: schemaOf("id") }),
  );
  const maps = {
    items: { __filter__: "id > 1", __else__: null, key: "str(id)", id: "id", day: "at" },
  };
  const mapped = await runTap(
    itemsConfig(api.url, { schema: schemaOf("id", "at") }, { stream_maps: maps }),
  );

  expect(path.records().map(({ id }) => id)).toEqual([1]);
  expect(mapped.records()).toEqual([{ key: "2", id: 2, day: "2024-01-02" }]);
});

test("R38: store_raw_json_message adds the record's own text to the schema and to each record", async () => {
  const run = await runTap(
    itemsConfig(
      api.url,
      { fields: { city: "$.customer.city" }, drop_fields: ["customer", "lines"] },
      { store_raw_json_message: true },
    ),
  );

  expect(run.messages[0]?.schema).toMatchObject({
    properties: { _sdc_raw_json: { type: ["string", "null"] } },
  });
  const [first] = run.records();
  const [raw] = /\{.*?\}(?=, )/.exec(orders) ?? [];
  expect(first).toEqual({ id: 1, at: "2024-01-01", city: "Recife", _sdc_raw_json: raw });
});
