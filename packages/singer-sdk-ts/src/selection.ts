import type { Catalog, CatalogStream } from "./catalog.ts";
import { streamMetadata } from "./catalog.ts";
import { DecimalText, type JsonValue } from "./json.ts";
import type { JsonSchema } from "./message.ts";

/**
 * Whether a stream (`[]`) or property is selected, as the Meltano SDK decides: the parent must be; then `unsupported` never,
 * `automatic` always, then `selected`, then `selected-by-default`, then the parent's own. No metadata at all selects all.
 */
export function isSelected(stream: CatalogStream, breadcrumb: readonly string[]): boolean {
  if (breadcrumb.length === 0) return isStreamSelected(stream);
  const parent = breadcrumb.slice(0, -2);
  if (!isSelected(stream, parent)) return false;

  const metadata =
    stream.metadata.find((entry) => equals(entry.breadcrumb, breadcrumb))?.metadata ?? {};
  if (metadata["inclusion"] === "unsupported") return false;
  if (metadata["inclusion"] === "automatic") return true;
  return flag(metadata["selected"]) ?? flag(metadata["selected-by-default"]) ?? true;
}

function isStreamSelected(stream: CatalogStream): boolean {
  const metadata = streamMetadata(stream);
  if (metadata["inclusion"] === "unsupported") return false;
  if (metadata["inclusion"] === "automatic") return true;
  return (
    flag(metadata["selected"]) ??
    flag(metadata["selected-by-default"]) ??
    stream.metadata.length === 0
  );
}

export function selectedStreams(catalog: Catalog): CatalogStream[] {
  return catalog.streams.filter((stream) => isSelected(stream, []));
}

/** The stream's schema without its deselected properties, at every depth; `required` names only what is left. */
export function selectedSchema(stream: CatalogStream): JsonSchema {
  return withoutDeselected(stream, stream.schema, []);
}

function withoutDeselected(
  stream: CatalogStream,
  schema: JsonSchema,
  path: readonly string[],
): JsonSchema {
  const properties = objectOf(schema["properties"]);
  if (properties === undefined) return schema;
  const kept = Object.entries(properties).flatMap(([name, value]) => {
    const breadcrumb = [...path, "properties", name];
    if (!isSelected(stream, breadcrumb)) return [];
    const property = objectOf(value);
    return [
      [
        name,
        property === undefined ? value : withoutDeselected(stream, property, breadcrumb),
      ] as const,
    ];
  });
  const names = new Set(kept.map(([name]) => name));
  const { required } = schema;
  return {
    ...schema,
    properties: Object.fromEntries(kept),
    ...(Array.isArray(required) && {
      required: required.filter((name) => typeof name === "string" && names.has(name)),
    }),
  };
}

/** Meltano and people write booleans as text, too. */
function flag(value: JsonValue | undefined): boolean | undefined {
  if (value === true || value === "true") return true;
  return value === false || value === "false" ? false : undefined;
}

function equals(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((part, index) => part === right[index]);
}

function objectOf(value: JsonValue | undefined): JsonSchema | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return value instanceof DecimalText || Array.isArray(value) ? undefined : (value as JsonSchema);
}
