import { type JsonSchema, UserError } from "singer-sdk-ts";
import { isJsonObject } from "./page.ts";
import type { RestStream } from "./stream.ts";

/** Reads a text file; handed in by cli.ts, the only place that reads files. */
export type ReadText = (path: string) => Promise<string>;

/** Reads the text of a stream's schema, from a file or an address. */
export type ReadSource = (source: string, stream: RestStream) => Promise<string>;

/** The declared schema of a stream, read from its file or address when the setting is one; undefined when none is declared. */
export async function declaredSchema(
  stream: RestStream,
  readSource: ReadSource,
): Promise<JsonSchema | undefined> {
  const { name, schema } = stream;
  if (schema === undefined) return undefined;
  if (typeof schema !== "string") return checkSchema(schema, name, "the setting");
  if (schema.trimStart().startsWith("{")) return parseSchema(schema, "", name, "the setting");
  const [source = "", pointer = ""] = schema.split("#", 2);
  let text: string;
  try {
    text = await readSource(source, stream);
  } catch (cause) {
    const isAbsent = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    // The file is made from the first records then.
    if (isAbsent && stream.isSchemaUpdated) return undefined;
    throw new UserError(
      "E_SCHEMA_FILE",
      `stream ${name}: the schema file ${source} can't be read`,
      {
        hint: "the path is relative to the folder in which the tap runs",
        cause,
      },
    );
  }
  return parseSchema(text, pointer, name, schema);
}

async function parseSchema(
  text: string,
  pointer: string,
  name: string,
  source: string,
): Promise<JsonSchema> {
  const { documentSchema } = await import("./schema-document.ts");
  let schema: JsonSchema | undefined;
  try {
    schema = await documentSchema(text, pointer);
  } catch (cause) {
    const message = `stream ${name}: the schema in ${source} is neither JSON nor YAML`;
    throw new UserError("E_SCHEMA_FILE", message, { cause });
  }
  return checkSchema(schema, name, source);
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
