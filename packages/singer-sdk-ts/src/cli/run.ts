import type { Argv } from "yargs";
import { aboutJson, aboutMarkdown, aboutText } from "../about.ts";
import type { PluginDefinition, RunContext } from "../cli.ts";
import { environmentPrefix, readConfig } from "../config.ts";
import { UserError } from "../error.ts";
import type { Log } from "../log.ts";
import { checkNodeVersion } from "../node-version.ts";
import { Redactor } from "../redact.ts";
import { type ConfigOf, parseSettings, type Settings } from "../settings.ts";
import { listenForSignals } from "../signal.ts";
import { printLine } from "../write.ts";
import { reportFailure } from "./failure.ts";

/** Flags that every plugin has, as yargs reads them. */
export interface Flags {
  readonly config: readonly string[];
  readonly about: boolean;
  readonly format: string;
  readonly [flag: string]: unknown;
}

/** What is different between a tap and a target. */
export interface Command<P> {
  /** Declares the flags. */
  declare(parser: Argv, plugin: P): Argv;
  /** True when there is nothing to do but to show the help. */
  isIdle?(flags: Flags): boolean;
  run(plugin: P, context: RunContext<never>, flags: Flags): Promise<0 | 3 | void>;
}

/** Reads the command line, runs one command of the plugin, and ends the process with its exit code. */
export async function runPlugin<S extends Settings, P extends PluginDefinition<S>>(
  load: () => P | Promise<P>,
  command: Command<P>,
): Promise<void> {
  const redactor = new Redactor();
  let log: Log | undefined;
  try {
    checkNodeVersion(process.versions.node);
    const plugin = await load();
    // Loading yargs takes longer than Node takes to start.
    if (process.argv.includes("--version")) return await end(await print(plugin.version));
    const { parser, flags } = await parseFlags(plugin, command);
    if (flags.about) return await end(await print(about(plugin, flags.format)));
    if (command.isIdle?.(flags) === true) {
      process.stderr.write(`${await parser.getHelp()}\n`);
      return await end(2);
    }
    const { createLog } = await import("../log.ts");
    log = createLog({ name: plugin.name, env: process.env, redactor });
    await end(await runCommand(plugin, command, { flags, log, redactor }));
  } catch (error) {
    await end(reportFailure(error, { log, redactor }));
  }
}

interface Prepared {
  readonly flags: Flags;
  readonly log: Log;
  readonly redactor: Redactor;
}

async function runCommand<S extends Settings, P extends PluginDefinition<S>>(
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

async function parseFlags<P extends PluginDefinition<Settings>>(plugin: P, command: Command<P>) {
  const { default: yargs } = await import("yargs");
  const common = yargs(process.argv.slice(2))
    .scriptName(plugin.name)
    .usage(`$0 [options]\n\n${plugin.description}`)
    .option("config", {
      alias: "c",
      type: "string",
      array: true,
      nargs: 1,
      default: [],
      description: "JSON file with settings, or ENV to read .env; repeatable, later ones win",
    })
    .option("about", {
      type: "boolean",
      default: false,
      description: "Describe the plugin and its settings",
    })
    .option("format", {
      choices: ["text", "json", "markdown"],
      default: "text",
      description: "Format of --about",
    });
  const parser = command
    .declare(common, plugin)
    .version(plugin.version)
    .help()
    .strict(!process.argv.includes("--about"))
    .epilogue(`Every setting is also read from ${environmentPrefix(plugin.name)}_<SETTING>.`)
    .wrap(null)
    .fail((message, error) => {
      throw error ?? new UserError("E_USAGE", message, { hint: `see ${plugin.name} --help` });
    });
  // yargs types flags by their declarations, which differ per command; the common ones are declared above.
  const flags = (await parser.parseAsync()) as unknown as Flags;
  return { parser, flags };
}

function about(plugin: PluginDefinition<Settings>, format: string): string {
  if (format === "json") return aboutJson(plugin);
  return format === "markdown" ? aboutMarkdown(plugin) : aboutText(plugin);
}

async function print(text: string): Promise<0> {
  await printLine(text);
  return 0;
}

/** stdout and stderr are written synchronously, so nothing is cut off. */
function end(code: number): Promise<never> {
  process.exit(code);
}
