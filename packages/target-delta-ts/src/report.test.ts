import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { createWorkspace, record, schema, type Workspace } from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

const integer = { type: "integer" };

/** The cells of a stream's row, by the heads of the table. */
async function cells(file: string, stream: string): Promise<Record<string, string>> {
  const page = await readFile(file, "utf8");
  const heads = [...page.matchAll(/<th[^>]*>([^<]*)<\/th>/g)].map(([, head = ""]) => head);
  const row = page.split("<tr>").find((text) => text.startsWith(`<td>${stream}</td>`)) ?? "";
  const values = [...row.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, value = ""]) => value);
  return Object.fromEntries(heads.map((head, index) => [head, values[index] ?? ""]));
}

test("T46: --report tells of each stream what came, what was rejected and what the table holds", async () => {
  const file = join(workspace.folder, "report.html");
  await workspace.load([
    schema("orders", { id: integer }, { keys: ["id"] }),
    record("orders", { id: 1 }),
    record("orders", { id: 2 }),
  ]);

  const run = await workspace.load(
    [
      schema("orders", { id: integer, city: { type: "string" } }, { keys: ["id"] }),
      record("orders", { id: 2, city: "x" }),
      record("orders", { id: 3, city: "y" }),
      record("orders", { id: "four" }),
      schema("events", { id: integer }),
      record("events", { id: 1 }),
    ],
    { config: { max_rejects: 5 }, args: ["--report", file] },
  );

  expect(run.code).toBe(3);
  expect(await cells(file, "orders")).toEqual({
    Stream: "orders",
    Method: "upsert",
    "Written by source": "",
    Received: "2",
    Loaded: "2",
    Deleted: "0",
    Rejected: "1",
    "Rows in table": "3",
    Version: "1",
    Commits: "1",
    Files: expect.any(String),
    MB: "0.0",
    Schema: "added city",
  });
  expect(await cells(file, "events")).toMatchObject({ Loaded: "1", Schema: "table made" });
});

test("T46: the report is one page that asks nobody for anything, and names from the source are text", async () => {
  const file = join(workspace.folder, "report.html");
  const stream = "a<script>alert(1)</script>";

  await workspace.load([schema(stream, { id: integer }), record(stream, { id: 1 })], {
    config: { report: file },
  });

  const page = await readFile(file, "utf8");
  expect(page).toContain("a&lt;script&gt;");
  expect(page).not.toMatch(/<script|https?:|src=|url\(|@import|<link/);
  expect(await readdir(workspace.folder)).not.toContainEqual(expect.stringMatching(/\.tmp$/));
});

test("T46: a run that fails has a report that says so", async () => {
  const file = join(workspace.folder, "report.html");

  const run = await workspace.load(
    [schema("orders", { id: integer }), record("orders", { id: "one" })],
    { args: ["--report", file] },
  );

  expect(run.code).toBe(1);
  expect(await readFile(file, "utf8")).toContain("<dt>Outcome</dt><dd>failed</dd>");
});
