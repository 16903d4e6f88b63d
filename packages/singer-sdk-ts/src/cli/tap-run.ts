import { readFileSync } from "node:fs";
import type { BatchOutput } from "../batch/batch-output.ts";
import type { BatchConfig } from "../batch/batch-settings.ts";
import { type Catalog, parseCatalog } from "../catalog.ts";
import type { RunContext, SyncContext, TapDefinition } from "../cli.ts";
import { UserError } from "../error.ts";
import { prettyJson } from "../json.ts";
import { lineBytesMax } from "../line-limit.ts";
import { RecordCounter } from "../metric.ts";
import type { Settings } from "../settings.ts";
import { type SourceCountConfig, SourceCounter } from "../source-counts.ts";
import { State } from "../state.ts";
import { MessageWriter, printLine, stdout } from "../write.ts";
import { openMapper } from "./open-mapper.ts";
import type { Flags } from "./run.ts";

type Tap = TapDefinition<Settings>;

/** Prints the catalog on stdout. */
export async function discover(tap: Tap, context: RunContext<never>): Promise<void> {
  const catalog = await tap.discover(context);
  // A catalog is made of JSON values only.
  await printLine(prettyJson(catalog as never));
}

/** Syncs by catalog and state. */
export async function sync(tap: Tap, context: RunContext<never>, flags: Flags): Promise<void> {
  const mode = modeOf(flags["test"]);
  const state = State.parse(readOption(flags["state"], "state"));
  const catalog = await chooseCatalog(tap, context, flags);
  const counter = new RecordCounter(context.log);
  const mapper = await openMapper(context.config);
  const batches = mode === "sync" ? await openOutput(context.config) : undefined;
  const writer = new MessageWriter(stdout, {
    onRows: (stream, rows) => counter.add(stream, rows),
    mapper,
    batches,
    counter: new SourceCounter({ hasSums: batches === undefined && hasSums(context.config) }),
    lineBytesMax: lineBytesMax(process.env),
  });
  const syncContext: SyncContext<never> = { ...context, catalog, state, writer, mode };
  try {
    await tap.sync(syncContext);
    if (context.signal.aborted) writer.state(state);
  } finally {
    // What was read before a failure is good, and so is the state after it.
    await writer.end();
    counter.end();
  }
}

function hasSums(config: unknown): boolean {
  // A tap without `sourceCountSettings` has no such member, and one with them was checked against them.
  const { state_checksums: isAsked } = config as SourceCountConfig;
  return isAsked === true;
}

/** The files that `batch_config` asks for; their code loads only then. */
async function openOutput(config: unknown): Promise<BatchOutput | undefined> {
  // A tap without `batchSettings` has no such member, and one with them was checked against them.
  const { batch_config: batchConfig } = config as { readonly batch_config?: BatchConfig };
  if (batchConfig === undefined) return undefined;
  const { openBatches } = await import("../batch/open-batches.ts");
  return openBatches(batchConfig);
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
