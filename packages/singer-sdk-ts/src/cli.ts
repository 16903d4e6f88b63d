import type { Readable } from "node:stream";
import type { Catalog } from "./catalog.ts";
import type { Log } from "./log.ts";
import type { ConfigOf, Settings } from "./settings.ts";
import type { State } from "./state.ts";
import type { MessageWriter } from "./write.ts";

/** What the SDK must know of any plugin. */
export interface PluginDefinition<S extends Settings> {
  /** The executable's name, `tap-demo-ts`: also the prefix of its environment variables. */
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly settings: S;
  readonly capabilities: readonly string[];
}

export interface RunContext<C> {
  readonly config: C;
  readonly log: Log;
  /** Aborted when the run must stop: a tap returns, a target commits what it has. */
  readonly signal: AbortSignal;
}

export interface SyncContext<C> extends RunContext<C> {
  /** The user's catalog, or what `discover` gave when there is none. */
  readonly catalog: Catalog;
  readonly state: State;
  readonly writer: MessageWriter;
  /** `test`: one record per stream; `schema`: SCHEMA messages only. */
  readonly mode: "sync" | "test" | "schema";
}

export interface TapDefinition<S extends Settings> extends PluginDefinition<S> {
  discover(context: RunContext<ConfigOf<S>>): Promise<Catalog>;
  /** Writes the selected streams and their states. The SDK flushes when it returns, and writes the last state after a signal. */
  sync(context: SyncContext<ConfigOf<S>>): Promise<void>;
}

export interface LoadContext<C> extends RunContext<C> {
  readonly input: Readable;
  /** Values of the flags that the target declared. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** Prints one line on stdout, and keeps it in the `--state-out` file. */
  writeState(text: string): Promise<void>;
}

/** A flag of a target's own. */
export interface Flag {
  readonly type: "boolean" | "string";
  readonly description: string;
}

export interface TargetDefinition<S extends Settings> extends PluginDefinition<S> {
  readonly flags?: Readonly<Record<string, Flag>>;
  /** Loads the input; 3 means done, but with rejected rows or a difference. */
  load(context: LoadContext<ConfigOf<S>>): Promise<0 | 3 | void>;
}

type Lazy<T> = () => T | Promise<T>;

/** Runs a tap: reads the command line, and ends the process with the exit code. */
export async function runTap<const S extends Settings>(tap: Lazy<TapDefinition<S>>): Promise<void> {
  const [{ runPlugin }, { tapCommand }] = await Promise.all([
    import("./cli/run.ts"),
    import("./cli/tap.ts"),
  ]);
  await runPlugin(tap, tapCommand);
}

/** Runs a target: reads the command line, and ends the process with the exit code. */
export async function runTarget<const S extends Settings>(
  target: Lazy<TargetDefinition<S>>,
): Promise<void> {
  const [{ runPlugin }, { targetCommand }] = await Promise.all([
    import("./cli/run.ts"),
    import("./cli/target.ts"),
  ]);
  await runPlugin(target, targetCommand);
}
