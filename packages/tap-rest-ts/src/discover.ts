import {
  type Catalog,
  type CatalogStream,
  type JsonSchema,
  type Log,
  type MetadataEntry,
  UserError,
} from "singer-sdk-ts";
import { isJsonObject } from "./page.ts";
import { rawMember } from "./shape-records.ts";
import type { RestStream } from "./stream.ts";
import { declaredSchema, type ReadSource } from "./stream-schema.ts";

/** The catalog of all configured streams; `infer` is asked for the schemas that are not declared. */
export async function discoverStreams(
  streams: readonly RestStream[],
  readSource: ReadSource,
  infer: (stream: RestStream) => Promise<JsonSchema>,
  log: Log,
): Promise<Catalog> {
  const entries: CatalogStream[] = [];
  for (const stream of streams) {
    const declared = await declaredSchema(stream, readSource);
    const schema =
      declared === undefined || stream.isSchemaUpdated
        ? await streamSchema(stream, declared, infer, log)
        : declared;
    entries.push(catalogStream(stream, schema));
  }
  return { streams: entries };
}

async function streamSchema(
  stream: RestStream,
  declared: JsonSchema | undefined,
  infer: (stream: RestStream) => Promise<JsonSchema>,
  log: Log,
): Promise<JsonSchema> {
  const inferred = await infer(stream);
  if (!stream.isSchemaUpdated) return inferred;
  const { updateSchema } = await import("./update-schema.ts");
  return updateSchema(stream, declared, inferred, log);
}

/** One stream as the catalog shows it; its keys are always sent. */
function catalogStream(stream: RestStream, declared: JsonSchema): CatalogStream {
  const { name, primaryKeys, replicationKey } = stream;
  const schema = stream.shape.hasRaw ? withRaw(declared) : declared;
  const properties = isJsonObject(schema["properties"]) ? Object.keys(schema["properties"]) : [];
  const missing = [
    ...primaryKeys,
    ...(replicationKey === undefined ? [] : [replicationKey]),
  ].filter((key) => !properties.includes(key));
  if (missing.length > 0) {
    throw new UserError(
      "E_SCHEMA_FILE",
      `stream ${name}: the schema has no property ${missing.join(", ")}, which is a key`,
    );
  }
  const method = replicationKey === undefined ? "FULL_TABLE" : "INCREMENTAL";
  const root: MetadataEntry = {
    breadcrumb: [],
    metadata: {
      inclusion: "available",
      "selected-by-default": true,
      "table-key-properties": primaryKeys,
      "forced-replication-method": method,
      ...(replicationKey === undefined ? {} : { "valid-replication-keys": [replicationKey] }),
    },
  };
  const members = properties.map((property): MetadataEntry => {
    const isKey = primaryKeys.includes(property) || property === replicationKey;
    const metadata = isKey
      ? { inclusion: "automatic" }
      : { inclusion: "available", "selected-by-default": true };
    return { breadcrumb: ["properties", property], metadata };
  });
  return {
    tap_stream_id: streamId(name),
    stream: name,
    schema,
    key_properties: primaryKeys,
    replication_method: method,
    ...(replicationKey === undefined ? {} : { replication_key: replicationKey }),
    metadata: [root, ...members],
  };
}

/** The schema with the member that holds the whole record. */
function withRaw(schema: JsonSchema): JsonSchema {
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  return { ...schema, properties: { [rawMember]: { type: ["string", "null"] }, ...properties } };
}

/** The id of a stream: its name without dots, at which Meltano would cut it. */
export function streamId(name: string): string {
  return name.replaceAll(".", "-");
}
