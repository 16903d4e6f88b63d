import { readdirSync } from "node:fs";
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

const messages = [schema("orders", { id: { type: "integer" } }), record("orders", { id: 1 })];

test("the settings of target-parquet write Parquet files without a log, and say what has no effect", async () => {
  const config = {
    path: undefined,
    destination_path: workspace.folder,
    compression_method: "gzip",
    streams_in_separate_folder: true,
    max_batch_size: 10_000,
  };

  const run = await workspace.load(messages, { config });

  expect(run.code).toBe(0);
  const names = readdirSync(join(workspace.folder, "orders"));
  expect(names.filter((name) => name.endsWith(".zstd.parquet"))).toHaveLength(1);
  expect(names).not.toContain("_delta_log");
  expect(run.stderr).toContain("`streams_in_separate_folder` has no effect");
  expect(run.stderr).toMatch(/compression_replaced.*asked=gzip.*used=zstd/);
});

test("`path` wins over target-parquet's name, and stays a folder of Delta tables", async () => {
  const config = { destination_path: "/nowhere", compression_method: "SNAPPY" };

  const run = await workspace.load(messages, { config });

  expect(run.code).toBe(0);
  expect(await workspace.rows("orders")).toEqual([{ id: 1 }]);
});
