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

const users = schema("users", { id: { type: "integer" } }, { keys: ["id"] });

test("P26: with process_activate_version_messages off, versions replace and delete nothing", async () => {
  const config = { process_activate_version_messages: false };
  await workspace.load([users, record("users", { id: 1 }, 1), activateVersion("users", 1)], {
    config,
  });

  const run = await workspace.load(
    [users, record("users", { id: 2 }, 2), activateVersion("users", 2)],
    { config },
  );

  expect(run).toMatchObject({ code: 0 });
  expect(await workspace.rows("users")).toEqual([{ id: 1 }, { id: 2 }]);
});

test("P26: by default the second version replaces the first", async () => {
  await workspace.load([users, record("users", { id: 1 }, 1), activateVersion("users", 1)]);

  await workspace.load([users, record("users", { id: 2 }, 2), activateVersion("users", 2)]);

  expect(await workspace.rows("users")).toEqual([{ id: 2 }]);
});
