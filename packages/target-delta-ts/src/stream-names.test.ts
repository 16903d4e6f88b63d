import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { misnamedStreams } from "./stream-names.ts";
import { createWorkspace, record, schema, type Workspace } from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

test("T32: settings of a stream that came under nearly their name are told of, others are not", async () => {
  const streams = {
    "dbo.orders": { load_method: "append" },
    "dbo-lines": { load_method: "append" },
    elsewhere: { load_method: "append" },
  };
  const id = { id: { type: "integer" } };

  const run = await workspace.load(
    [
      schema("dbo-orders", id, { keys: ["id"] }),
      record("dbo-orders", { id: 1 }),
      schema("dbo-lines", id, { keys: ["id"] }),
    ],
    { config: { streams } },
  );

  expect(run.code).toBe(0);
  expect(run.stderr).toContain(
    "WARN stream_settings_unused name=dbo.orders hint=this run has the stream dbo-orders",
  );
  expect(run.stderr.match(/stream_settings_unused/g)).toHaveLength(1);
});

test.each([
  ["orders", "dbo-orders"],
  ["DBO-Orders", "dbo-orders"],
  ["dbo.orders", "dbo-orders"],
])("T32: settings of %s are meant for %s", (name, stream) => {
  expect([...misnamedStreams([name], ["lines", stream])]).toEqual([[name, stream]]);
});
