import { spawnSync } from "node:child_process";
import { mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  createWorkspace,
  record,
  schema,
  state,
  type Workspace,
} from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => await workspace.delete());

const text = schema("s", { text: { type: "string" } });
const long = record("s", { text: "x".repeat(5000) });
const short = record("s", { text: "y" });
const limit = { max_record_bytes: 4096 };

test("P31: a record beyond max_record_bytes ends the run and is named, not shown", async () => {
  const { code, stderr } = await workspace.load([text, short, long], { config: limit });

  expect(code).toBe(1);
  expect(stderr).toContain("stream s: line 3: longer than 4096 bytes (E_RECORD)");
  expect(stderr).not.toContain("xxx");
});

test("P31: with `long_records: skip` it is left out with one warning", async () => {
  const { code, stdout, stderr } = await workspace.load(
    [text, long, short, long, state({ a: 1 })],
    {
      config: { ...limit, long_records: "skip" },
    },
  );

  expect(code).toBe(0);
  expect(stdout).toEqual(['{"a":1}']);
  expect(await workspace.rows("s")).toEqual([{ text: "y" }]);
  expect(stderr.match(/WARN long records skipped stream=s limit=4096/g)).toHaveLength(1);
});

test("P31: with max_rejects it is listed, and the exit code is 3", async () => {
  const { code } = await workspace.load([text, long, short], {
    config: { ...limit, max_rejects: 1 },
  });

  expect(code).toBe(3);
  expect(await workspace.rows("s")).toEqual([{ text: "y" }]);
  expect(await workspace.rows("s__rejects")).toEqual([
    expect.objectContaining({ reason: expect.stringContaining("longer than 4096 bytes") }),
  ]);
});

test("P31: with `long_records: error` it ends the run although rejects are allowed", async () => {
  const { code } = await workspace.load([text, long], {
    config: { ...limit, max_rejects: 1, long_records: "error" },
  });

  expect(code).toBe(1);
});

test("P31: a STATE that is too long is never left out", async () => {
  const { code, stderr } = await workspace.load([text, state({ a: "x".repeat(5000) })], {
    config: { ...limit, long_records: "skip" },
  });

  expect(code).toBe(1);
  expect(stderr).toContain("(E_RECORD)");
});

test("unknown message types and blank lines are one warning each, types match without case", async () => {
  const lines = [
    "",
    " ",
    '{"type":"HELLO"}',
    '{"type":"HELLO"}',
    '{"type":"record","stream":"s","record":{"text":"z"}}',
  ];

  const { code, stderr } = await workspace.load([text, ...lines]);

  expect(code).toBe(0);
  expect(await workspace.rows("s")).toEqual([{ text: "z" }]);
  expect(stderr.match(/WARN blank line/g)).toHaveLength(1);
  expect(stderr.match(/WARN unknown message type type=HELLO/g)).toHaveLength(1);
});

describe("T24: validate_records", () => {
  const config = { validate_records: true };
  const columns = {
    name: { type: ["string", "null"], maxLength: 3 },
    amount: { type: "number", multipleOf: 0.0001, maximum: 100, exclusiveMaximum: true },
    at: { type: "object", properties: { zip: { type: "string", pattern: "^[0-9]+$" } } },
    odd: { type: "date-time" },
  };
  const good = { name: "abc", amount: 8.4249, at: { zip: "50" }, odd: "2024-01-01T00:00:00Z" };

  test("P10: accepts what the schema allows, in any dialect of taps", async () => {
    const { code, stderr } = await workspace.load(
      [schema("s", columns), schema("s", columns), record("s", good)],
      { config },
    );

    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await workspace.rows("s")).toHaveLength(1);
  });

  test.each([
    [{ name: "hidden" }, "column name: must NOT have more than 3 characters"],
    [{ amount: 100 }, "column amount: must be < 100"],
    [{ at: { zip: "hidden" } }, "column at.zip: must match pattern"],
  ])("the record %j ends the run, and its value is not shown", async (change, why) => {
    const { code, stderr } = await workspace.load(
      [schema("s", columns), record("s", { ...good, ...change })],
      { config },
    );

    expect(code).toBe(1);
    expect(stderr).toContain(`stream s: line 2: ${why}`);
    expect(stderr).not.toContain("hidden");
  });
});

test.each([
  [{ a: { maxLength: "x" } }, "a/maxLength must be integer"],
  [{ a: { $ref: "#/definitions/none" } }, "can't resolve reference #/definitions/none"],
])("the SCHEMA %j is none, which is a named error", async (columns, why) => {
  const { code, stderr } = await workspace.load([schema("s", columns)]);

  expect(code).toBe(1);
  expect(stderr).toContain("SCHEMA of stream s is no JSON Schema (E_SCHEMA)");
  expect(stderr).toContain(why);
});

test.each([
  { column: { type: "string", maxLength: null }, why: "null for no limit" },
  { column: { type: "string", pattern: "(?P<year>\\d+)\\Z" }, why: "Python's own expression" },
  { column: { type: "string", required: true }, why: "draft 3's required" },
  { column: { type: "string", exclusiveMinimum: true }, why: "draft 4's bounds" },
])("a column with $why is taken", async ({ column }) => {
  const { code } = await workspace.load([schema("s", { a: column }), record("s", { a: "x" })]);

  expect(code).toBe(0);
});

test("P28: a $ref gives its columns, at any depth", async () => {
  const message = {
    type: "SCHEMA",
    stream: "s",
    key_properties: [],
    schema: {
      definitions: { city: { type: "object", properties: { name: { type: "string" } } } },
      properties: { at: { $ref: "#/definitions/city" } },
    },
  };

  await workspace.load([message, record("s", { at: { name: "Recife" } })]);

  expect(await workspace.rows("s")).toEqual([{ at: { name: "Recife" } }]);
});

test("P29: a decimal of 38 digits arrives with each of them", async () => {
  const digits = "0.12345678901234567890123456789012345678";
  const amount = { type: "number", format: "x-singer.decimal", precision: 38, scale: 38 };
  const line = `{"type":"RECORD","stream":"s","record":{"amount":${digits}}}`;

  const { code, stderr } = await workspace.load([schema("s", { amount }), line]);

  expect({ code, stderr }).toMatchObject({ code: 0 });
  const table = await workspace.table("s");
  const texts: string[] = [];
  for await (const batch of table.read())
    texts.push(String(batch.getChildAt(0)?.type), String(batch.getChildAt(0)?.get(0)));
  expect(texts.join()).toContain(digits.slice(2));
});

test("P14, P15: maps and flattening change what is loaded", async () => {
  const message = schema("people", {
    id: { type: "integer" },
    email: { type: "string" },
    at: { type: "object", properties: { city: { type: "string" } } },
  });

  const { code } = await workspace.load(
    [message, record("people", { id: 1, email: "a@x", at: { city: "Recife" } })],
    {
      config: {
        stream_maps: { people: { __alias__: "persons", email: "md5(email)" } },
        flattening_enabled: true,
        flattening_max_depth: 1,
      },
    },
  );

  expect(code).toBe(0);
  expect(await workspace.rows("persons")).toEqual([
    { id: 1, email: "4895b1d4ed83c6da448e89f72e1103a0", at__city: "Recife" },
  ]);
});

test("P32: the executables run where there is nothing but Node", () => {
  const bin = mkdtempSync(join(tmpdir(), "only-node-"));
  symlinkSync(process.execPath, join(bin, "node"));

  const versions = ["tap-mssql-ts", "tap-rest-ts", "target-delta-ts"].map((plugin) => {
    const cli = fileURLToPath(new URL(`../../${plugin}/dist/cli.js`, import.meta.url));
    // By its first line, as a shell starts it.
    const input = '{"type":"STATE","value":{"a":1}}\n';
    const args = plugin.startsWith("tap") ? ["--about"] : [];
    return spawnSync("/usr/bin/env", ["node", cli, ...args], {
      encoding: "utf8",
      input,
      timeout: 30_000,
      env: { PATH: bin, TARGET_DELTA_PATH: bin },
    });
  });

  expect(versions.map(({ status }) => status)).toEqual([0, 0, 0]);
  expect(versions[2]?.stdout).toBe('{"a":1}\n');
});
