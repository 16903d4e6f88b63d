import { rename, writeFile } from "node:fs/promises";
import { type JsonSchema, type Log, stringifyJson, UserError } from "singer-sdk-ts";
import { isJsonObject } from "./page.ts";
import type { RestStream } from "./stream.ts";

/**
 * The declared schema with the members of `inferred` that it has not; what it has stays as it is. The stream's schema file is
 * replaced when something was added.
 */
export async function updateSchema(
  { name, schema: path }: RestStream,
  declared: JsonSchema | undefined,
  inferred: JsonSchema,
  log: Log,
): Promise<JsonSchema> {
  const known = isJsonObject(declared?.["properties"]) ? declared["properties"] : {};
  const seen = isJsonObject(inferred["properties"]) ? inferred["properties"] : {};
  const added = Object.entries(seen).filter(([member]) => !Object.hasOwn(known, member));
  if (declared !== undefined && added.length === 0) return declared;
  const whole = {
    ...(declared ?? inferred),
    properties: { ...known, ...Object.fromEntries(added) },
  };
  await save(String(path), whole, name);
  log.info("schema_updated", {
    stream: name,
    file: String(path),
    added: added.map(([member]) => member),
  });
  return whole;
}

async function save(path: string, schema: JsonSchema, stream: string): Promise<void> {
  const half = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(half, `${stringifyJson(schema)}\n`);
    await rename(half, path);
  } catch (cause) {
    throw new UserError(
      "E_SCHEMA_FILE",
      `stream ${stream}: the schema file ${path} can't be written`,
      {
        hint: "its folder must be there and writable, or set schema_update to none",
        cause,
      },
    );
  }
}
