import type { PluginDefinition, RunContext } from "../cli.ts";
import { readConfig } from "../config.ts";
import { UserError } from "../error.ts";
import type { Log } from "../log.ts";
import type { Redactor } from "../redact.ts";
import { type ConfigOf, parseSettings, type Settings } from "../settings.ts";
import { listenForSignals } from "../signal.ts";
import { reportFailure } from "./failure.ts";
import type { Command, Flags } from "./run.ts";

export interface Prepared {
  readonly flags: Flags;
  readonly log: Log;
  readonly redactor: Redactor;
}

/** Reads the configuration and runs one command of the plugin; returns the exit code. */
export async function runCommand<S extends Settings, P extends PluginDefinition<S>>(
  plugin: P,
  command: Command<P>,
  { flags, log, redactor }: Prepared,
): Promise<number> {
  const stop = listenForSignals();
  const { signal } = stop;
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => process.exit(reportFailure(error, { log, redactor })));
  }
  const { name, settings } = plugin;
  const { values, warnings } = readConfig({
    name,
    settings,
    files: flags.config,
    env: process.env,
  });
  redactor.addSettings(settings, values);
  for (const warning of warnings) log.warn(warning);
  const config = parseSettings(settings, values);
  redactor.addSettings(settings, config);
  try {
    // A command is made for its own kind of plugin, whose configuration has this type.
    const code = await command.run(
      plugin,
      { config, log, signal } as RunContext<ConfigOf<S>> as RunContext<never>,
      flags,
    );
    return stop.exitCode() ?? code ?? 0;
  } catch (error) {
    // After a signal, a broken wait is how the run ended, not a failure of its own.
    if (signal.aborted && !(error instanceof UserError)) return stop.exitCode() ?? 1;
    throw error;
  }
}
