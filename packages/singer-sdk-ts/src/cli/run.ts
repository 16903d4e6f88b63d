import type { Argv } from "yargs";
import type { PluginDefinition, RunContext } from "../cli.ts";
import { environmentPrefix } from "../environment-prefix.ts";
import { UserError } from "../error.ts";
import type { Log } from "../log.ts";
import { checkNodeVersion } from "../node-version.ts";
import { Redactor } from "../redact.ts";
import type { Settings } from "../settings.ts";
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
    const args = process.argv.slice(2);
    if (args.includes("--version")) return await end(await print(plugin.version));
    const plainFormat = formatOfPlainAbout(args);
    if (plainFormat !== undefined) return await end(await print(await about(plugin, plainFormat)));
    const { parser, flags } = await parseFlags(plugin, command);
    if (flags.about) return await end(await print(await about(plugin, flags.format)));
    if (command.isIdle?.(flags) === true) {
      process.stderr.write(`${await parser.getHelp()}\n`);
      return await end(2);
    }
    // What only a run needs is loaded here: each file takes its half millisecond from --help.
    const [{ createLog }, { runCommand }] = await Promise.all([
      import("../log.ts"),
      import("./command.ts"),
    ]);
    log = createLog({ name: plugin.name, env: process.env, redactor });
    await end(await runCommand(plugin, command, { flags, log, redactor }));
  } catch (error) {
    await end(reportFailure(error, { log, redactor }));
  }
}

const formats: readonly string[] = ["text", "json", "markdown"];

/** The format that `--about` and nothing but a good `--format` ask for. */
function formatOfPlainAbout(args: readonly string[]): string | undefined {
  const [first, ...rest] = args;
  if (first !== "--about" || rest.length > 2) return undefined;
  const format = rest.join("=").replace(/^--format=/, "") || "text";
  return formats.includes(format) ? format : undefined;
}

async function parseFlags<P extends PluginDefinition<Settings>>(plugin: P, command: Command<P>) {
  const { default: yargs } = await import("yargs");
  const common = yargs(process.argv.slice(2))
    .scriptName(plugin.name)
    .detectLocale(false)
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
      choices: formats,
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

async function about(plugin: PluginDefinition<Settings>, format: string): Promise<string> {
  const { aboutJson, aboutMarkdown, aboutText } = await import("../about.ts");
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
