import { type JsonSchema, parseJson, UserError } from "singer-sdk-ts";
import { isJsonObject } from "./page.ts";
import type { RestStream } from "./stream.ts";

/** Reads a text file; handed in by cli.ts, the only place that reads files. */
export type ReadText = (path: string) => Promise<string>;

/** The declared schema of a stream, read from its file when the setting is a path; undefined when none is declared. */
export async function declaredSchema(
  stream: RestStream,
  readText: ReadText,
): Promise<JsonSchema | undefined> {
  const { name, schema } = stream;
  if (schema === undefined) return undefined;
  if (typeof schema !== "string") return checkSchema(schema, name, "the setting");
  if (schema.trimStart().startsWith("{")) return parseSchema(schema, name, "the setting");
  let text: string;
  try {
    text = await readText(schema);
  } catch (cause) {
    throw new UserError(
      "E_SCHEMA_FILE",
      `stream ${name}: the schema file ${schema} can't be read`,
      {
        hint: "the path is relative to the folder in which the tap runs",
        cause,
      },
    );
  }
  return parseSchema(text, name, schema);
}

function parseSchema(text: string, name: string, source: string): JsonSchema {
  try {
    return checkSchema(parseJson(text), name, source);
  } catch (cause) {
    if (cause instanceof UserError && cause.code === "E_SCHEMA_FILE") throw cause;
    throw new UserError("E_SCHEMA_FILE", `stream ${name}: the schema in ${source} is not JSON`, {
      cause,
    });
  }
}

function checkSchema(schema: unknown, name: string, source: string): JsonSchema {
  const isSchema =
    isJsonObject(schema as JsonSchema) && isJsonObject((schema as JsonSchema)["properties"]);
  // Both casts are proven by isSchema: an object whose `properties` is an object.
  if (isSchema) return schema as JsonSchema;
  throw new UserError(
    "E_SCHEMA_FILE",
    `stream ${name}: the schema in ${source} has no \`properties\` object`,
  );
}
