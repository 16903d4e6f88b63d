import { setTimeout } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import {
  activateVersion,
  collect,
  createWorkspace,
  record,
  schema,
  state,
  type Workspace,
} from "./target-process.test.support.ts";

/** The bookmarks of a tap: how many rows of each stream it has sent. */
type Bookmarks = Readonly<
  Record<string, { readonly position: number; readonly isActive?: boolean }>
>;

const ROWS = 400;
const BLOCK = 25;
const FULL_LOAD = 1_700_000_000_000;
const integer = { type: "integer" };
const text = { type: ["null", "string"] };
const deletedAt = { type: ["null", "string"], format: "date-time" };

const schemas: Readonly<Record<string, unknown>> = {
  events: schema("events", { position: integer, note: text }, { bookmarks: ["position"] }),
  orders: schema(
    "orders",
    { id: integer, position: integer },
    { keys: ["id"], bookmarks: ["position"] },
  ),
  full: schema("full", { id: integer, note: text }, { keys: ["id"] }),
  log: schema(
    "log",
    { id: integer, position: integer, _sdc_deleted_at: deletedAt },
    { keys: ["id"], bookmarks: ["position"] },
  ),
};

/** The row that a source holds at `position`: the same one whenever it is asked. */
function rowAt(stream: string, position: number): unknown {
  if (stream === "events")
    return record(stream, { position, note: position % 3 === 0 ? null : `note ${position}` });
  if (stream === "orders") return record(stream, { id: position % 60, position });
  if (stream === "full")
    return record(stream, { id: position, note: `row ${position}` }, FULL_LOAD);
  const isDeleted = position % 5 === 4;
  return record(stream, {
    id: position % 40,
    position,
    _sdc_deleted_at: isDeleted ? "2026-01-01T00:00:00Z" : null,
  });
}

/** What a tap sends from `bookmarks` on: the four streams in turns, a STATE after each block. */
function messagesFrom(bookmarks: Bookmarks): unknown[] {
  const current: Record<string, { position: number; isActive?: boolean }> = {};
  for (const stream of Object.keys(schemas))
    current[stream] = { position: 0, ...bookmarks[stream] };
  const messages = Object.values(schemas).slice();
  for (let isBusy = true; isBusy; ) {
    isBusy = false;
    for (const [stream, bookmark] of Object.entries(current)) {
      const end = Math.min(bookmark.position + BLOCK, ROWS);
      for (let position = bookmark.position; position < end; position++)
        messages.push(rowAt(stream, position));
      const isLast = stream === "full" && end === ROWS && bookmark.isActive !== true;
      if (isLast) messages.push(activateVersion(stream, FULL_LOAD));
      if (end === bookmark.position && !isLast) continue;
      isBusy = true;
      current[stream] = {
        position: end,
        ...(isLast || bookmark.isActive === true ? { isActive: true } : {}),
      };
      messages.push(state({ bookmarks: structuredClone(current) }));
    }
  }
  return messages;
}

/** The tables that all rows make. */
function expectedTables(): Readonly<Record<string, readonly unknown[]>> {
  const positions = Array.from({ length: ROWS }, (_row, position) => position);
  const rows = (stream: string): Record<string, unknown>[] =>
    positions.map(
      (position) => (rowAt(stream, position) as { record: Record<string, unknown> }).record,
    );
  const lastPerId = (stream: string): Record<string, unknown>[] => [
    ...new Map(rows(stream).map((row) => [row["id"], row])).values(),
  ];
  return {
    events: rows("events"),
    orders: lastPerId("orders"),
    full: rows("full"),
    log: lastPerId("log").filter((row) => row["_sdc_deleted_at"] === null),
  };
}

function sorted(rows: readonly unknown[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}

/** Runs the target, kills it after `killAfterMs`, and gives the bookmarks it printed last. */
async function runAndKill(
  workspace: Workspace,
  bookmarks: Bookmarks,
  killAfterMs: number | undefined,
): Promise<Bookmarks> {
  const child = await workspace.start({ config: { batch_size_rows: 30, hard_delete: true } });
  const result = collect(child);
  child.stdin.on("error", () => undefined);
  child.stdin.end(
    messagesFrom(bookmarks)
      .map((message) => `${JSON.stringify(message)}\n`)
      .join(""),
  );
  if (killAfterMs !== undefined) {
    await setTimeout(killAfterMs);
    child.kill("SIGKILL");
  }
  const { stdout, code, stderr } = await result;
  if (killAfterMs === undefined && code !== 0) throw new Error(`the last run failed: ${stderr}`);
  const last = stdout.at(-1);
  return last === undefined ? bookmarks : (JSON.parse(last) as { bookmarks: Bookmarks }).bookmarks;
}

test.each([1, 2, 3])(
  "round %i: killed at any moment and started again from the last STATE, the tables are exact",
  async (round) => {
    const workspace = await createWorkspace();
    try {
      let bookmarks: Bookmarks = {};
      for (const step of [0, 1, 2, 3]) {
        bookmarks = await runAndKill(workspace, bookmarks, 350 + ((round * 97 + step * 131) % 400));
      }
      await runAndKill(workspace, bookmarks, undefined);

      for (const [stream, rows] of Object.entries(expectedTables())) {
        expect([stream, sorted(await workspace.rows(stream))]).toEqual([stream, sorted(rows)]);
      }
    } finally {
      await workspace.delete();
    }
  },
);
