import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "@jest/globals";
import { DeltaTable, LocalStore } from "delta-lake-ts";
import * as fc from "fast-check";
import { type Log, parseSettings } from "singer-sdk-ts";
import { type Config, settings } from "./settings.ts";
import { load } from "./target.ts";
import { activateVersion, record, schema, state } from "./target-process.test.support.ts";

type Row = Readonly<Record<string, unknown>>;
type Name = "events" | "orders" | "first" | "full" | "log" | "whole";

/** How far a source has come in each stream, as its STATE tells. */
type Bookmarks = Readonly<Record<Name, { readonly position: number; readonly isActive: boolean }>>;

const VERSION = 7;
/** Twenty runs into six tables: seconds, but minutes where others use the machine too. */
const TIMEOUT_MS = 300_000;
const NAMES: readonly Name[] = ["events", "orders", "first", "full", "log", "whole"];
const integer = { type: "integer" };
const deletedAt = { type: ["null", "string"], format: "date-time" };
const start: Bookmarks = {
  events: { position: 0, isActive: false },
  orders: { position: 0, isActive: false },
  first: { position: 0, isActive: false },
  full: { position: 0, isActive: false },
  log: { position: 0, isActive: false },
  whole: { position: 0, isActive: false },
};

const ignore = (): void => undefined;
const silent: Log = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  failure: ignore,
  metric: ignore,
};

const schemas = [
  schema("events", { position: integer }, { bookmarks: ["position"] }),
  schema("orders", { id: integer, position: integer }, { keys: ["id"], bookmarks: ["position"] }),
  schema("first", { id: integer, position: integer }, { keys: ["id"], bookmarks: ["position"] }),
  schema("full", { id: integer }, { keys: ["id"] }),
  schema(
    "log",
    { id: integer, position: integer, _sdc_deleted_at: deletedAt },
    { keys: ["id"], bookmarks: ["position"] },
  ),
  schema("whole", { id: integer }),
];

/** Load methods that the streams' messages don't tell; all others are chosen by what they carry. */
const loadMethods = {
  first: { load_method: "insert-only" },
  whole: { load_method: "overwrite" },
};

/** The row of a stream at `position`: the same one whenever it is asked for. */
function rowAt(name: Name, position: number): Row {
  switch (name) {
    case "events":
      return { position };
    case "orders":
    case "first":
      return { id: position % 7, position };
    case "full":
    case "whole":
      return { id: position };
    case "log":
      return {
        id: position % 5,
        position,
        _sdc_deleted_at: position % 3 === 2 ? "2026-01-01T00:00:00Z" : null,
      };
  }
}

/** The table of a stream after its first `position` rows. */
function tableAt(name: Name, position: number, isActive: boolean): readonly Row[] {
  const rows = Array.from({ length: position }, (_row, index) => rowAt(name, index));
  if (name === "events" || name === "whole") return rows;
  if (name === "first") return rows.slice(0, 7);
  if (name === "full") return isActive ? rows : [];
  const last = [...new Map(rows.map((row) => [row["id"], row])).values()];
  return name === "orders" ? last : last.filter((row) => row["_sdc_deleted_at"] === null);
}

interface Line {
  readonly text: string;
  /** How far the source is once this line is sent. */
  readonly after: Bookmarks;
}

/** All lines of a source from `bookmarks` on: `turns` name the streams that send a block of rows, and its length. */
function linesFrom(
  bookmarks: Bookmarks,
  rowCount: number,
  turns: readonly (readonly [Name, number])[],
): readonly Line[] {
  // A full load without versions has no bookmark: it begins anew.
  let after: Bookmarks = { ...bookmarks, whole: start.whole };
  const lines: Line[] = [];
  const push = (message: unknown): number => lines.push({ text: JSON.stringify(message), after });
  for (const message of schemas) push(message);
  const rest = NAMES.map((name) => [name, rowCount] as const);
  for (const [name, length] of [...turns, ...rest]) {
    const end = Math.min(after[name].position + length, rowCount);
    while (after[name].position < end) {
      const { position, isActive } = after[name];
      after = { ...after, [name]: { position: position + 1, isActive } };
      push(record(name, rowAt(name, position), name === "full" ? VERSION : undefined));
    }
    if (name === "full" && end === rowCount && !after.full.isActive) {
      after = { ...after, full: { position: end, isActive: true } };
      push(activateVersion("full", VERSION));
    }
    push(state({ bookmarks: after }));
  }
  return lines;
}

/** Loads `text`, and gives the STATE printed last; a torn last line makes the run fail. */
async function run(config: Config, text: string): Promise<Bookmarks | undefined> {
  const printed: string[] = [];
  await load({
    config,
    log: silent,
    signal: new AbortController().signal,
    input: Readable.from([Buffer.from(text)]),
    writeState: async (line) => void printed.push(line),
  }).catch((error: unknown) => {
    if (!String(error).includes("line")) throw error;
  });
  const last = printed.at(-1);
  return last === undefined ? undefined : (JSON.parse(last) as { bookmarks: Bookmarks }).bookmarks;
}

async function rowsOf(folder: string, name: Name): Promise<string> {
  const table = await DeltaTable.open(new LocalStore(join(folder, name)));
  const rows: Row[] = [];
  for await (const batch of table?.read() ?? []) {
    for (let index = 0; index < batch.numRows; index++) {
      const row = Object.entries(batch.get(index)?.toJSON() ?? {});
      rows.push(
        Object.fromEntries(
          row.map(([key, value]) => [key, typeof value === "bigint" ? Number(value) : value]),
        ),
      );
    }
  }
  return sorted(rows);
}

function sorted(rows: readonly Row[]): string {
  return rows
    .map((row) => JSON.stringify(row))
    .toSorted()
    .join("\n");
}

/** Each table is one that the source had between the printed STATE and the last line sent; a full load is whole, or not there. */
async function checkPrefix(folder: string, printed: Bookmarks, sent: Bookmarks): Promise<void> {
  for (const name of NAMES) {
    const possible = new Set<string>();
    const first = name === "whole" ? 0 : printed[name].position;
    const last = name === "whole" ? 0 : sent[name].position;
    for (let position = first; position <= last; position++)
      possible.add(sorted(tableAt(name, position, printed[name].isActive)));
    possible.add(sorted(tableAt(name, sent[name].position, sent[name].isActive)));
    expect(possible).toContain(await rowsOf(folder, name));
  }
}

test(
  "any prefix of a stream leaves tables and printed STATE consistent, and a run from that STATE completes them",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          size: fc.oneof(
            fc.record({
              rowCount: fc.integer({ min: 10, max: 50 }),
              batchRows: fc.integer({ min: 1, max: 20 }),
            }),
            fc.record({
              rowCount: fc.integer({ min: 50, max: 600 }),
              batchRows: fc.integer({ min: 20, max: 1000 }),
            }),
          ),
          turns: fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.integer({ min: 1, max: 9 })), {
            minLength: 6,
            maxLength: 24,
          }),
          cutPercent: fc.integer({ min: 0, max: 100 }),
          isTorn: fc.boolean(),
        }),
        async ({ size: { rowCount, batchRows }, turns: blocks, cutPercent, isTorn }) => {
          const blockRows = Math.ceil(rowCount / 50);
          const turns = blocks.map(([name, count]) => [name, count * blockRows] as const);
          const folder = await mkdtemp(join(tmpdir(), "target-prefix-"));
          try {
            const config = parseSettings(settings, {
              path: folder,
              batch_size_rows: batchRows,
              hard_delete: true,
              streams: loadMethods,
            });
            const lines = linesFrom(start, rowCount, turns);
            const count = Math.floor((cutPercent * lines.length) / 100);
            const torn = isTorn ? (lines[count]?.text.slice(0, -3) ?? "") : "";

            const whole = lines.slice(0, count).map((line) => `${line.text}\n`);
            const printed = await run(config, whole.join("") + torn);

            await checkPrefix(folder, printed ?? start, lines[count - 1]?.after ?? start);
            // A load that ended well without any STATE was a whole one: the next is another.
            if (printed === undefined && torn === "") return;
            const rest = linesFrom(printed ?? start, rowCount, turns);
            await run(config, rest.map((line) => `${line.text}\n`).join(""));
            for (const name of NAMES)
              expect(await rowsOf(folder, name)).toBe(sorted(tableAt(name, rowCount, true)));
          } finally {
            await rm(folder, { recursive: true, force: true });
          }
        },
      ),
      { numRuns: 10, seed: 20, endOnFailure: true },
    );
  },
  TIMEOUT_MS,
);
