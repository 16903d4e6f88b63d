import type { Catalog, TapDefinition } from "singer-sdk-ts";
import { discoverStreams } from "./discover.ts";
import { settings } from "./settings.ts";
import { resolveStreams } from "./stream.ts";
import type { ReadText } from "./stream-schema.ts";

/** The tap as the SDK runs it; `readText` reads a file, `version` is the package's. */
export function restTap(version: string, readText: ReadText): TapDefinition<typeof settings> {
  return {
    name: "tap-rest-ts",
    version,
    description: "Singer tap for REST APIs",
    capabilities: ["about", "catalog", "discover", "state", "structured-logging", "test"],
    settings,
    discover: (context): Promise<Catalog> =>
      discoverStreams(resolveStreams(context.config), readText, async (stream) => {
        const { sampleSchema } = await import("./sample.ts");
        return sampleSchema(stream, context, readText);
      }),
    sync: async (context) => {
      // The HTTP client is loaded only when it is needed: --help and --discover answer at once.
      const { syncAll } = await import("./sync.ts");
      return syncAll(context, readText);
    },
  };
}
