import type { Catalog, JsonSchema, RunContext, TapDefinition } from "singer-sdk-ts";
import { type Config, settings } from "./settings.ts";
import type { RestStream } from "./stream.ts";
import type { ReadText } from "./stream-schema.ts";

/** The tap as the SDK runs it; `readText` reads a file, `version` is the package's. */
export function restTap(version: string, readText: ReadText): TapDefinition<typeof settings> {
  return {
    name: "tap-rest-ts",
    version,
    description: "Singer tap for REST APIs",
    capabilities: [
      "about",
      "batch",
      "catalog",
      "discover",
      "schema-flattening",
      "state",
      "stream-maps",
      "structured-logging",
      "test",
    ],
    settings,
    // What reads streams is loaded when it is needed, the HTTP client last: --help and --discover answer at once.
    discover: async (context): Promise<Catalog> => {
      const [{ discoverStreams }, { resolveStreams }, { sourceReader }, config] = await Promise.all(
        [
          import("./discover.ts"),
          import("./stream.ts"),
          import("./schema-source.ts"),
          allStreams(context, readText),
        ],
      );
      const infer = async (stream: RestStream): Promise<JsonSchema> => {
        const { sampleSchema } = await import("./sample.ts");
        return sampleSchema(stream, context, readText);
      };
      const readSource = sourceReader(context, readText);
      return await discoverStreams(resolveStreams(config), readSource, infer, context.log);
    },
    sync: async (context) => {
      const { syncAll } = await import("./sync.ts");
      return syncAll({ ...context, config: await allStreams(context, readText) }, readText);
    },
  };
}

/** The configuration with all its streams; what asks the API for their names is loaded only then. */
async function allStreams(context: RunContext<Config>, readText: ReadText): Promise<Config> {
  if (context.config.dynamic_streams === undefined) return context.config;
  const { withDynamicStreams } = await import("./dynamic-streams.ts");
  return withDynamicStreams(context, readText);
}
