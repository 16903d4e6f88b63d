import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Api, generate, startApi } from "adventureworks";
import { Ajv } from "ajv";
import { fullFormats } from "ajv-formats/dist/formats.js";
import { runTap, type TapRun } from "./testing/run-tap.test.support.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const keys = {
  SalesOrderHeader: ["SalesOrderID"],
  SalesOrderDetail: ["SalesOrderID", "SalesOrderDetailID"],
  PurchaseOrderHeader: ["PurchaseOrderID"],
  PurchaseOrderDetail: ["PurchaseOrderID", "PurchaseOrderDetailID"],
};
const counts = {
  SalesOrderHeader: 31_465,
  SalesOrderDetail: 121_317,
  PurchaseOrderHeader: 4_012,
  PurchaseOrderDetail: 8_845,
};

let api: Api;
let run: TapRun;

beforeAll(async () => {
  api = await startApi({ database: generate(), user: "reader", password: "pass:word" });
  const streams = Object.entries(keys).map(([name, primaryKeys]) => ({
    name,
    path: `/${name}`,
    records_path: "$.data[*]",
    primary_keys: primaryKeys,
    schema: `schemas/streams/${name}.json`,
  }));
  const pagination = { style: "offset", page_size: 1000, total_path: "$.total" };
  const env = { API_HOST: `${api.url}/`, API_USER: "reader", API_PASSWORD: "pass:word" };
  run = await runTap({ auth_method: "basic", pagination, streams }, { env, cwd: root });
}, 120_000);

afterAll(() => api.close());

test("R11: all records of the four AdventureWorks streams arrive, the first one included", () => {
  expect(run).toMatchObject({ code: 0 });
  const read = Object.keys(counts).map((stream) => [stream, run.records(stream).length]);
  expect(Object.fromEntries(read)).toEqual(counts);
  const ids = new Set(run.records("SalesOrderHeader").map(({ SalesOrderID }) => SalesOrderID));
  expect(ids.size).toBe(counts.SalesOrderHeader);
});

test.each(Object.keys(counts))(
  "the declared schema of %s holds for its records and names all of their members",
  async (stream) => {
    const text = await readFile(`${root}/schemas/streams/${stream}.json`, "utf8");
    // ajv divides doubles for multipleOf, which is wrong for decimals: the digits are compared below instead.
    const schema = JSON.parse(text, (key, value: unknown) =>
      key === "multipleOf" ? undefined : value,
    ) as {
      properties: Record<string, { "x-scale"?: number }>;
    };
    const ajv = new Ajv({ strict: false, allErrors: true });
    for (const [name, format] of Object.entries(fullFormats))
      if (name !== "date-time") ajv.addFormat(name, format);
    ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/u);
    const validate = ajv.compile(schema);
    const lines = run.stdout
      .split("\n")
      .filter((line) => line.startsWith(`{"type":"RECORD","stream":"${stream}",`));

    for (const line of lines.filter((_, index) => index % 50 === 0)) {
      const { record } = JSON.parse(line) as { record: object };
      expect(validate(record) ? [] : validate.errors).toEqual([]);
      expect(Object.keys(record)).toEqual(Object.keys(schema.properties));
      const wrong = Object.entries(schema.properties).filter(([name, { "x-scale": scale }]) => {
        return (
          scale !== undefined && !new RegExp(`"${name}":-?\\d+\\.\\d{${scale}}[,}]`, "u").test(line)
        );
      });
      expect(wrong).toEqual([]);
    }
  },
);
