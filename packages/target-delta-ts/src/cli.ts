#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { runTarget } from "singer-sdk-ts/cli";
import { settings } from "./settings.ts";

// Our own manifest, with the fields npm requires.
const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
  readonly description: string;
};

await runTarget(async () => {
  return {
    name: "target-delta-ts",
    version: manifest.version,
    description: manifest.description,
    settings,
    capabilities: [
      "about",
      "activate-version",
      "batch",
      "hard-delete",
      "schema-flattening",
      "soft-delete",
      "stream-maps",
      "structured-logging",
      "target-schema",
      "validate-records",
    ],
    flags: {
      report: {
        type: "string",
        description: "Write an HTML page about the run to this file.",
      },
      verify: {
        type: "boolean",
        description: "Read the whole stream, write nothing, and compare it with the tables.",
      },
    },
    load: async (context) => {
      const [{ load, verifyTables }, { withOwnNames }] = await Promise.all([
        import("./target.ts"),
        import("./parquet-names.ts"),
      ]);
      const config = withOwnNames(context.config, context.log);
      const writeState = (text: string) => context.writeState(text);
      if (context.flags["verify"] === true)
        return await verifyTables({ ...context, config }, writeState);
      const report = context.flags["report"];
      const reported = typeof report === "string" ? { ...config, report } : config;
      return await load({ ...context, config: reported, writeState });
    },
  };
});
