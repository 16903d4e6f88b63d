import type { RunContext, TapDefinition } from "../cli.ts";
import type { Settings } from "../settings.ts";
import type { Command } from "./run.ts";

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
    const { discover, sync } = await import("./tap-run.ts");
    if (flags["discover"] === true) return await discover(tap, context);
    await sync(tap, context, flags);
  },
};
