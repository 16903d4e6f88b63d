import type { TapDefinition } from "singer-sdk-ts";
import { settings } from "./settings.ts";

/** The tap as the SDK runs it. */
export function tapDefinition(version: string): TapDefinition<typeof settings> {
  return {
    name: "tap-mssql-ts",
    version,
    description: "Singer tap for SQL Server",
    settings,
    capabilities: [
      "about",
      "activate-version",
      "batch",
      "catalog",
      "discover",
      "log-based",
      "properties",
      "schema-flattening",
      "state",
      "stream-maps",
      "structured-logging",
      "test",
    ],
    // The driver loads inside the run, so that --help and --version answer at once.
    discover: async (context) => (await import("./sync.ts")).discover(context),
    sync: async (context) => (await import("./sync.ts")).sync(context),
  };
}
