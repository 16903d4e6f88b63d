import { UserError } from "./error.ts";
import { type JsonValue, parseJson } from "./json.ts";
import type { JsonSchema } from "./message.ts";

export interface Catalog {
  readonly streams: readonly CatalogStream[];
}

export interface MetadataEntry {
  /** `[]` for the stream, `["properties", "c"]` for a column, and so on inside. */
  readonly breadcrumb: readonly string[];
  readonly metadata: { readonly [key: string]: JsonValue };
}

/** One stream as a tap lists it and a user, or Meltano, edits it. Source: the Singer specification, "Catalog". */
export interface CatalogStream {
  readonly tap_stream_id: string;
  readonly stream: string;
  readonly table_name?: string;
  readonly schema: JsonSchema;
  readonly key_properties?: readonly string[];
  readonly replication_method?: string;
  readonly replication_key?: string;
  readonly is_view?: boolean;
  readonly database_name?: string;
  /** An estimate. */
  readonly row_count?: number;
  readonly metadata: readonly MetadataEntry[];
}

/** Reads a catalog file, with or without metadata (legacy `--properties`). Throws E_CATALOG, naming the stream. */
export function parseCatalog(text: string): Catalog {
  const value = parseObject(text);
  const { streams } = value;
  if (!Array.isArray(streams)) throw invalid("it has no `streams`");
  return { streams: streams.map(parseStream) };
}

function parseStream(value: unknown, index: number): CatalogStream {
  if (typeof value !== "object" || value === null)
    throw invalid(`stream ${index} is not an object`);
  // What the catalog does not promise is checked here; the rest of the shape is the user's own.
  const stream = value as Partial<CatalogStream>;
  const id = stream.tap_stream_id ?? stream.stream;
  if (id === undefined) throw invalid(`stream ${index} has no \`tap_stream_id\``);
  if (typeof stream.schema !== "object") throw invalid(`stream ${id} has no \`schema\``);
  return {
    ...stream,
    tap_stream_id: id,
    stream: stream.stream ?? id,
    schema: stream.schema,
    metadata: stream.metadata ?? [],
  };
}

function parseObject(text: string): { readonly [key: string]: unknown } {
  try {
    const value = parseJson(text);
    // The catalog's own shape is checked by the callers, member by member.
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as { readonly [key: string]: unknown };
  } catch (cause) {
    throw invalid("it is not JSON", cause);
  }
  throw invalid("it is not a JSON object");
}

function invalid(why: string, cause?: unknown): UserError {
  return new UserError("E_CATALOG", `the catalog can't be used: ${why}`, {
    hint: "make one with --discover, then edit its metadata",
    exitCode: 2,
    cause,
  });
}

/** Keys that Meltano also writes on the stream itself, with underscores. */
const legacyKeys = ["selected", "replication_method", "replication_key"] as const;

/** The metadata of the stream itself; what stands at breadcrumb `[]` wins over Meltano's keys on the stream. */
export function streamMetadata(stream: CatalogStream): { readonly [key: string]: JsonValue } {
  const entry = stream.metadata.find(({ breadcrumb }) => breadcrumb.length === 0);
  const members: { readonly [key: string]: unknown } = { ...stream };
  const legacy = legacyKeys.flatMap((key) => {
    const value = members[key];
    return typeof value === "string" || typeof value === "boolean"
      ? [[key.replace("_", "-"), value] as const]
      : [];
  });
  return { ...Object.fromEntries(legacy), ...entry?.metadata };
}
