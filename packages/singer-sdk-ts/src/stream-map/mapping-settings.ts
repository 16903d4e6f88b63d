import type { ConfigOf, Setting } from "../settings.ts";

/** Settings of every plugin that maps streams; the names are the Meltano SDK's. */
export const mappingSettings = {
  stream_maps: {
    type: "object",
    additionalProperties: true,
    description:
      "Changes streams on their way: renames, filters, drops and computes, by stream name or pattern; see docs/stream-maps.md.",
    examples: [{ customers: { email: "md5(email)", __filter__: "country == 'BR'" } }],
  },
  stream_map_config: {
    type: "object",
    additionalProperties: true,
    description: "Values that expressions of `stream_maps` read as `config['name']`.",
  },
  faker_config: {
    type: "object",
    additionalProperties: true,
    ignored: "no fake data is made here; mask values with md5 or sha256 in `stream_maps`",
    description: "As in the Meltano SDK.",
  },
  flattening_enabled: {
    type: "boolean",
    default: false,
    description:
      "Whether members of nested objects become columns of their own; needs `flattening_max_depth`.",
  },
  flattening_max_depth: {
    type: "integer",
    minimum: 0,
    description:
      "How many levels of nested objects become columns; what lies deeper stays JSON text.",
  },
  flattening_separator: {
    type: "string",
    default: "__",
    description: "What stands between the names of the levels in a flattened column's name.",
  },
  flattening_max_key_length: {
    type: "integer",
    minimum: 1,
    default: 255,
    description: "Flattened names of this length or longer are shortened, part by part.",
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** What a configuration says about mapping. */
export type MappingConfig = ConfigOf<{
  readonly type: "object";
  readonly required: readonly [];
  readonly properties: typeof mappingSettings;
}>;
