import { createInterface } from "node:readline";
import { parseMessage, runTarget, stringifyJson, UserError } from "../index.ts";
import { mappingSettings } from "../stream-map/mapping-settings.ts";

// A target of the tests: prints every state, and fails as a real one may.
await runTarget(() => ({
  name: "target-counting-ts",
  version: "1.2.3",
  description: "Counts records.",
  capabilities: ["about"],
  settings: {
    type: "object",
    required: [],
    properties: {
      ...mappingSettings,
      limit: { type: "integer", description: "Fails after so many records." },
      rejects: { type: "boolean", default: false, description: "Ends as if rows were rejected." },
    },
  },
  async load(context) {
    const { config, input, log } = context;
    let count = 0;
    for await (const line of createInterface({ input })) {
      const message = parseMessage(line);
      if (message?.type === "RECORD") count += 1;
      if (count > (config.limit ?? Infinity))
        throw new UserError("E_LIMIT", "the limit is reached", { hint: "raise it" });
      if (message?.type === "STATE") await context.writeState(stringifyJson(message.value));
    }
    log.info("end", { count });
    return config.rejects ? 3 : 0;
  },
}));
