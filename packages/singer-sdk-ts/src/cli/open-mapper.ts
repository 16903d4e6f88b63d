import type { MappingConfig } from "../stream-map/mapping-settings.ts";
import type { StreamMapper } from "../stream-map/stream-mapper.ts";

/** The mapper that a plugin's configuration asks for; its code, and the grammar it stands on, load only then. */
export async function openMapper(config: unknown): Promise<StreamMapper | undefined> {
  // A plugin without `mappingSettings` has none of these members, and one with them was checked against them.
  const mapping = config as Partial<MappingConfig>;
  const { stream_maps: streamMaps, flattening_enabled: isFlat = false } = mapping;
  if (streamMaps === undefined && !isFlat) return undefined;
  const { streamMapperOf } = await import("../stream-map/stream-mapper.ts");
  return streamMapperOf(mapping as MappingConfig);
}
