import { afterEach, beforeEach, expect, test } from "@jest/globals";
import {
  activateVersion,
  createWorkspace,
  record,
  schema,
  type Workspace,
} from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

const integer = { type: "integer" };
const text = { type: ["null", "string"] };
const nested = { type: "object", properties: { "in, it": integer } };
const mapping = { column_names: "mapping" };
const names = { "order id": integer, "🚀=(Straße); {x}": text, "a.b": nested };
const row = (id: number, version?: number) =>
  record(
    "orders",
    { "order id": id, "🚀=(Straße); {x}": `n${id}`, "a.b": { "in, it": id } },
    version,
  );
const loaded = (id: number) => ({
  "order id": id,
  "🚀=(Straße); {x}": `n${id}`,
  "a.b": { "in, it": id },
});

test.each(["append", "upsert", "history"])(
  "T31: with column mapping an %s table keeps every name: emoji, spaces and what Delta refuses; new columns, too",
  async (load_method) => {
    const keys = { keys: load_method === "append" ? [] : ["order id"] };
    const config = { ...mapping, load_method, batch_size_rows: 1 };
    const wider = schema("orders", { ...names, "new one": text }, keys);
    const widest = schema("orders", { ...names, "new one": text, "newer; one": text }, keys);

    const run = await workspace.load(
      [
        schema("orders", names, keys),
        row(1),
        wider,
        record("orders", { "order id": 2, "new one": "x" }),
        widest,
        record("orders", { "order id": 3, "new one": "y", "newer; one": "z" }),
      ],
      { config },
    );
    const again = await workspace.load(
      [widest, record("orders", { "order id": 4, "newer; one": "q" })],
      { config },
    );

    expect(run.stderr).not.toContain("error:");
    expect([run.code, again.code]).toEqual([0, 0]);
    const rows = (await workspace.rows("orders")) as Record<string, unknown>[];
    expect(rows.toSorted((a, b) => Number(a["order id"]) - Number(b["order id"]))).toMatchObject([
      { ...loaded(1), "new one": null },
      { "order id": 2, "new one": "x", "newer; one": null },
      { "order id": 3, "new one": "y", "newer; one": "z" },
      { "order id": 4, "new one": null, "newer; one": "q" },
    ]);
    const { metadata, protocol } = await workspace.table("orders");
    expect(metadata.configuration["delta.columnMapping.mode"]).toBe("name");
    expect(protocol.minReaderVersion).toBe(2);
  },
);

test("T31: full loads of mapped tables replace rows, and mark those that are gone", async () => {
  const config = { ...mapping, load_method: "upsert" };
  const orders = schema("orders", names, { keys: ["order id"] });
  await workspace.load([orders, row(1, 1), row(2, 1), activateVersion("orders", 1)], { config });

  const run = await workspace.load([orders, row(1, 2), activateVersion("orders", 2)], { config });
  const verified = await workspace.load([orders, row(1), row(2)], {
    config,
    args: ["--verify"],
  });

  expect(run.code).toBe(0);
  expect(await workspace.rows("orders")).toMatchObject([
    { ...loaded(1), _sdc_deleted_at: null },
    { ...loaded(2), _sdc_deleted_at: expect.any(Number) },
  ]);
  expect(verified.code).toBe(0);
});

test.each([
  ["sanitise", "a b", "a_b"],
  ["sanitise", "Aa", "aA"],
  ["mapping", "Aa", "aA"],
  ["mapping", "caf\u00e9", "cafe\u0301"],
])(
  "T31: with %s the columns %j and %j are one, and the error names both",
  async (column_names, one, other) => {
    const run = await workspace.load([schema("orders", { [one]: text, [other]: text })], {
      config: { column_names },
    });

    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      `error: stream orders: columns ${JSON.stringify(one)} and ${JSON.stringify(other)} have the same name in the table (E_COLUMN_COLLISION)`,
    );
  },
);

test("T31: column mapping and partitions are refused together", async () => {
  const run = await workspace.load([schema("orders", names), row(1)], {
    config: { ...mapping, partition_columns: ["order id"] },
  });

  expect(run.code).toBe(2);
  expect(run.stderr).toContain(
    "`column_names: mapping` is for tables without partitions (E_SETTING)",
  );
});
