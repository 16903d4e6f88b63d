import { once } from "node:events";
import { parseArgs } from "node:util";
import { tableFacts } from "./column-facts.ts";
import { generate } from "./generate/index.ts";

/**
 * Prints one JSON line per table: what every reader of it must find (column-facts.ts).
 * Flags: --seed, --scale; --api for the four streams of the REST API, whose `schema` is empty.
 */
const { values: flags } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    scale: { type: "string", default: "1" },
    api: { type: "boolean", default: false },
  },
});

// A reader that has seen enough, such as head, closes the pipe.
process.stdout.once("error", () => process.exit());

const database = generate({ seed: Number(flags.seed), scale: Number(flags.scale) });
for (const table of database.tables) {
  const isStream = /^(?:Sales|Purchase)Order(?:Header|Detail)$/.test(table.schema.name);
  if (flags.api && !isStream) continue;
  const facts = tableFacts(table);
  const line = JSON.stringify(flags.api ? { ...facts, schema: "" } : facts);
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
}
