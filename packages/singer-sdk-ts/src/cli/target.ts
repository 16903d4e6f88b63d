import type { TargetDefinition } from "../cli.ts";
import type { Settings } from "../settings.ts";
import type { Command } from "./run.ts";

/** The command line of a target: messages from stdin or a file. */
export const targetCommand: Command<TargetDefinition<Settings>> = {
  declare: (parser, target) =>
    parser
      .option("input", {
        type: "string",
        nargs: 1,
        description: "File with messages, instead of stdin",
      })
      .option("state-out", {
        type: "string",
        nargs: 1,
        description: "File that always holds the last state, written atomically",
      })
      .options(target.flags ?? {}),
  isIdle: (flags) => flags["input"] === undefined && process.stdin.isTTY,
  async run(target, context, flags) {
    const { openInput, stateWriter } = await import("./target-run.ts");
    const input = await openInput(flags["input"], context.config);
    const write = stateWriter(flags["state-out"]);
    const writeState = async (text: string): Promise<void> => {
      // Both may be the same terminal.
      context.log.status?.(undefined);
      await write(text);
    };
    return target.load({ ...context, input, flags, writeState });
  },
};
