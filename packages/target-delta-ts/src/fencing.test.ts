import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import {
  collect,
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
afterEach(async () => {
  await workspace.delete();
});

const events = schema("events", { id: { type: "integer" } }, { bookmarks: ["id"] });
const config = { batch_size_rows: 2 };
const rows = (first: number, end: number) =>
  Array.from({ length: end - first }, (_row, index) => record("events", { id: first + index }));
const bookmark = (id: number) => state({ bookmarks: { events: { id } } }) as { value: unknown };
const lines = (messages: readonly unknown[]) =>
  messages.map((message) => `${JSON.stringify(message)}\n`).join("");

/** Waits for the target to print a STATE. */
async function printed(
  child: ChildProcessWithoutNullStreams,
  message: { value: unknown },
): Promise<void> {
  let text = "";
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: string) => {
      text += chunk;
      if (text.includes(JSON.stringify(message.value))) resolve();
    });
  });
}

test("T41: of two live instances of one pipeline the second to commit is fenced, no row comes twice, and the next run goes on", async () => {
  const first = await workspace.start({ config });
  const second = await workspace.start({ config });
  const results = [collect(first), collect(second)];
  for (const child of [first, second]) child.stdin.on("error", () => undefined);
  first.stdin.write(lines([events, ...rows(0, 2), bookmark(2)]));
  await printed(first, bookmark(2));
  second.stdin.write(lines([events, ...rows(0, 2), bookmark(2), ...rows(2, 4), bookmark(4)]));
  await printed(second, bookmark(4));

  first.stdin.end(lines([...rows(2, 4), bookmark(4)]));
  second.stdin.end();
  const [fenced, winner] = await Promise.all(results);
  const next = await workspace.load([events, ...rows(2, 6), bookmark(6)], { config });

  expect(fenced?.code).toBe(1);
  expect(fenced?.stderr).toContain(
    "error: stream events: another instance of this pipeline loads table events: this one stops, so that no row comes twice (E_FENCED)",
  );
  expect([winner?.code, next.code]).toEqual([0, 0]);
  expect(await workspace.rows("events")).toEqual([0, 1, 2, 3, 4, 5].map((id) => ({ id })));
});
