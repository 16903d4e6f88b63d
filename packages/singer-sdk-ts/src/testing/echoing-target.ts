import { createInterface } from "node:readline";
import { runTarget } from "../index.ts";
import { mappingSettings } from "../stream-map/mapping-settings.ts";

// A target of the tests: prints every line that it gets as it gets it.
await runTarget(() => ({
  name: "target-echoing-ts",
  version: "1.2.3",
  description: "Prints what it reads.",
  capabilities: ["about"],
  settings: { type: "object", required: [], properties: mappingSettings },
  async load(context) {
    for await (const line of createInterface({ input: context.input }))
      await context.writeState(line);
  },
}));
