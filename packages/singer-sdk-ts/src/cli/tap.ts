import { readFileSync } from "node:fs";
import { type Catalog, parseCatalog } from "../catalog.ts";
import type { RunContext, SyncContext, TapDefinition } from "../cli.ts";
import { UserError } from "../error.ts";
import { RecordCounter } from "../metric.ts";
import type { Settings } from "../settings.ts";
import { State } from "../state.ts";
import { MessageWriter, printLine, stdout } from "../write.ts";
import type { Command, Flags } from "./run.ts";

type Tap = TapDefinition<Settings>;

/** The command line of a tap: --discover, or a sync by catalog and state. */
export const tapCommand: Command<Tap> = {
  declare: (parser) =>
    parser
      .option("discover", {
        alias: "d",
        type: "boolean",
        default: false,
        description: "Print the catalog and stop",
      })
      .option("catalog", {
        type: "string",
        nargs: 1,
        description: "Catalog file that selects what to read",
      })
      .option("properties", {
        alias: "p",
        type: "string",
        nargs: 1,
        description: "Older name of --catalog",
      })
      .option("state", {
        alias: "s",
        type: "string",
        nargs: 1,
        description: "State file to go on from",
      })
      .option("test", {
        type: "string",
        description: "Read one record per stream; --test=schema: no record",
      }),
  async run(tap, context: RunContext<never>, flags) {
    if (flags["discover"] === true) return await discover(tap, context);
    await sync(tap, context, flags);
  },
};

async function discover(tap: Tap, context: RunContext<never>): Promise<void> {
  const { prettyJson } = await import("../json.ts");
  const catalog = await tap.discover(context);
  // A catalog is made of JSON values only.
  await printLine(prettyJson(catalog as never));
}

async function sync(tap: Tap, context: RunContext<never>, flags: Flags): Promise<void> {
  const mode = modeOf(flags["test"]);
  const state = State.parse(readOption(flags["state"], "state"));
  const catalog = await chooseCatalog(tap, context, flags);
  const counter = new RecordCounter(context.log);
  const writer = new MessageWriter(stdout, (stream, rows) => counter.add(stream, rows));
  const syncContext: SyncContext<never> = { ...context, catalog, state, writer, mode };
  try {
    await tap.sync(syncContext);
    if (context.signal.aborted) writer.state(state);
  } finally {
    // What was read before a failure is good, and so is the state after it.
    await writer.flush();
    counter.end();
  }
}

async function chooseCatalog(tap: Tap, context: RunContext<never>, flags: Flags): Promise<Catalog> {
  const text = readOption(flags["catalog"] ?? flags["properties"], "catalog");
  return text === undefined ? tap.discover(context) : parseCatalog(text);
}

function readOption(path: unknown, what: string): string | undefined {
  if (typeof path !== "string") return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new UserError("E_USAGE", `cannot read the ${what} file ${path}`, {
      cause,
      hint: `check the path after --${what}`,
    });
  }
}

function modeOf(test: unknown): "sync" | "test" | "schema" {
  if (test === undefined) return "sync";
  if (test === "schema") return "schema";
  if (test === "" || test === "true") return "test";
  throw new UserError("E_USAGE", `--test=${JSON.stringify(test)} is unknown`, {
    hint: "--test or --test=schema",
  });
}
