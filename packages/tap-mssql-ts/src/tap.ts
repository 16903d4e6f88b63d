import type { TapDefinition } from "singer-sdk-ts";
import { settings } from "./settings.ts";
import { discover, sync } from "./sync.ts";

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
      "catalog",
      "discover",
      "log-based",
      "properties",
      "state",
      "structured-logging",
      "test",
    ],
    discover,
    sync,
  };
}
