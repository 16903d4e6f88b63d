import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { buildBatch, deltaToArrow, type StructType } from "delta-lake-ts";
import { encodeParquet } from "delta-lake-ts/parquet";
import { createWorkspace, record, schema, type Workspace } from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

const text = { type: ["null", "string"] };
const people = (columns = {}) =>
  schema(
    "people",
    { id: { type: "integer" }, name: text, region: text, ...columns },
    { keys: ["id"] },
  );

const field = (name: string, type: string, nullable = true) => ({
  name,
  type,
  nullable,
  metadata: {},
});

/** The table's columns: in another order than the stream's, with one that the stream lacks. */
const fields = [
  field("source", "string"),
  field("region", "string"),
  field("Name", "string"),
  field("id", "long", false),
];

/** Writes a table as another engine may: its log by hand, without statistics, with members that we do not know. */
async function makeTable(columns = fields): Promise<void> {
  await putJson(0, [
    {
      commitInfo: {
        timestamp: 1_760_000_000_000,
        operation: "CREATE TABLE",
        engineInfo: "other/1",
      },
    },
    { protocol: { minReaderVersion: 1, minWriterVersion: 2, note: "theirs" } },
    {
      metaData: {
        id: "0b0e9e0c-8f2c-4b55-9f0e-2f6d3c1e7a11",
        name: "people",
        description: null,
        format: { provider: "parquet", options: {} },
        schemaString: JSON.stringify({ type: "struct", fields: columns }),
        partitionColumns: ["region"],
        configuration: { "delta.appendOnly": "false", "other.setting": "kept" },
        createdTime: 1_760_000_000_000,
      },
    },
    await putFile("part-0.snappy.parquet", null, [{ source: "a", Name: "Ann", id: 1n }]),
    await putFile("region=a%20b/part-1.parquet", "a b", [
      { source: "a", Name: "Bob", id: 2n },
      { source: "b", Name: null, id: 3n },
    ]),
  ]);
  await putJson(1, [
    await putFile("elsewhere/part-2.parquet", "", [{ source: "b", Name: "Cy", id: 4n }]),
  ]);
}

async function putJson(version: number, actions: readonly unknown[]): Promise<void> {
  const path = join(workspace.folder, "people/_delta_log", `${version}`.padStart(20, "0"));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.json`, actions.map((action) => `${JSON.stringify(action)}\n`).join(""));
}

/** Writes a data file without its partition column, and gives the action that adds it. */
async function putFile(
  name: string,
  region: string | null,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<unknown> {
  const columns: StructType = {
    type: "struct",
    fields: [field("source", "string"), field("Name", "string"), field("id", "long", false)],
  };
  const path = join(workspace.folder, "people", name);
  const chunks: Uint8Array[] = [];
  for await (const chunk of encodeParquet([buildBatch(deltaToArrow(columns), rows)]))
    chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  return {
    add: {
      path: encodeURI(name),
      partitionValues: { region },
      size: bytes.length,
      modificationTime: 1_760_000_000_000,
      dataChange: true,
      theirs: { anything: [1] },
    },
  };
}

const row = (id: number, Name: string | null, region: string | null, source: string | null) => ({
  source,
  region,
  Name,
  id,
});
const before = [row(1, "Ann", null, "a"), row(2, "Bob", "a b", "a"), row(3, null, "a b", "b")];

test("T4, T12, T26: a table that another engine made is appended to: its columns keep their order, its layout stays", async () => {
  await makeTable();

  const run = await workspace.load(
    [
      people({ city: text }),
      record("people", { id: 5, name: "Di", region: "a b", city: "Rome" }),
      record("people", { id: 6, name: null, region: null, city: null }),
    ],
    { config: { load_method: "append" } },
  );

  expect(run.stderr).not.toContain("error:");
  expect(run.code).toBe(0);
  const rows = await workspace.rows("people");
  expect(rows).toHaveLength(6);
  expect(rows).toEqual(
    expect.arrayContaining([
      ...[...before, row(4, "Cy", null, "b")].map((each) => ({ ...each, city: null })),
      { ...row(5, "Di", "a b", null), city: "Rome" },
      { ...row(6, null, null, null), city: null },
    ]),
  );
  const table = await workspace.table("people");
  expect(table.schema.fields.map(({ name }) => name)).toEqual([
    ...fields.map(({ name }) => name),
    "city",
  ]);
  expect(table.metadata.partitionColumns).toEqual(["region"]);
  expect(table.metadata.configuration).toMatchObject({ "other.setting": "kept" });
  expect(table.protocol).toMatchObject({ minReaderVersion: 1, minWriterVersion: 2 });
});

test("T4, T13: a table that another engine made is upserted: rows are found, move between partitions, and lose nothing else", async () => {
  await makeTable();

  const run = await workspace.load([
    people(),
    record("people", { id: 2, name: "Rob", region: "c" }),
    record("people", { id: 3, name: null, region: "a b" }),
    record("people", { id: 7, name: "Ed", region: "c" }),
  ]);

  expect(run.stderr).not.toContain("error:");
  expect(run.code).toBe(0);
  const rows = await workspace.rows("people");
  expect(rows).toHaveLength(5);
  expect(rows).toEqual(
    expect.arrayContaining([
      row(1, "Ann", null, "a"),
      row(2, "Rob", "c", "a"),
      row(3, null, "a b", "b"),
      row(4, "Cy", null, "b"),
      row(7, "Ed", "c", null),
    ]),
  );
});

test("T4, T26: a required column of another engine's table that the stream lacks is named", async () => {
  await makeTable(
    fields.map((column) => (column.name === "source" ? { ...column, nullable: false } : column)),
  );

  const run = await workspace.load([people(), record("people", { id: 5, name: "Di" })]);

  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/error: stream people: .*source/);
  expect(await workspace.rows("people")).toHaveLength(4);
});
