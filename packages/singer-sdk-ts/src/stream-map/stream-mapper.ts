import { UserError } from "../error.ts";
import type { JsonValue } from "../json.ts";
import type { RecordMessage, SchemaMessage } from "../message.ts";
import { MappedStream, type MappingOptions } from "./mapped-stream.ts";
import type { MappingConfig } from "./mapping-settings.ts";
import { type Dict, isDict } from "./python-value.ts";
import { rulesOf, type StreamRule } from "./stream-rule.ts";

/** Renames, filters, computes and flattens streams between whoever reads them and whoever gets them. */
export class StreamMapper {
  readonly #streamMaps: Dict;
  readonly #options: MappingOptions;
  readonly #streams = new Map<string, readonly MappedStream[] | "same">();

  constructor(config: MappingConfig) {
    this.#streamMaps = dictOf(config.stream_maps);
    this.#options = {
      config: dictOf(config.stream_map_config),
      flattening:
        config.flattening_enabled && (config.flattening_max_depth ?? 0) > 0
          ? {
              depthMax: config.flattening_max_depth ?? 0,
              separator: config.flattening_separator,
              keyLengthMax: config.flattening_max_key_length,
            }
          : undefined,
    };
  }

  /** The SCHEMA messages that this one becomes; the message itself when its stream is left as it is. */
  schema(message: SchemaMessage): readonly SchemaMessage[] {
    const rules = rulesOf(this.#streamMaps, message.stream);
    const [own] = rules;
    if (rules.length === 1 && own?.type === "same" && this.#options.flattening === undefined) {
      this.#streams.set(message.stream, "same");
      return [message];
    }
    const mapped = rules.flatMap((rule) =>
      rule.type === "drop" ? [] : [new MappedStream(message, mapRule(rule), this.#options)],
    );
    this.#streams.set(message.stream, mapped);
    return mapped.map((stream) => stream.message);
  }

  /** Whether records of a stream leave as they came; so do those whose SCHEMA has not come, for the reader to refuse. */
  isSame(stream: string): boolean {
    return (this.#streams.get(stream) ?? "same") === "same";
  }

  /** The names under which a stream leaves. */
  names(stream: string): readonly string[] {
    const mapped = this.#streams.get(stream) ?? "same";
    return mapped === "same" ? [stream] : mapped.map(({ message }) => message.stream);
  }

  /** The RECORD messages that this one becomes. */
  record(message: RecordMessage): readonly RecordMessage[] {
    const mapped = this.#streams.get(message.stream) ?? "same";
    if (mapped === "same") return [message];
    return mapped.flatMap((stream) => {
      const record = stream.map(message.record);
      return record === undefined ? [] : [{ ...message, stream: stream.message.stream, record }];
    });
  }
}

/** A mapper when the configuration asks for one. Throws E_SETTING for flattening without a depth. */
export function streamMapperOf(config: MappingConfig): StreamMapper | undefined {
  const { flattening_enabled: isFlat, flattening_max_depth: depth } = config;
  if (isFlat && depth === undefined)
    throw new UserError("E_SETTING", "setting `flattening_max_depth` is missing", {
      hint: "`flattening_enabled` needs it: 1 opens one level of objects",
    });
  return isFlat || config.stream_maps !== undefined ? new StreamMapper(config) : undefined;
}

function mapRule(rule: Exclude<StreamRule, { readonly type: "drop" }>) {
  if (rule.type === "map") return rule;
  return {
    type: "map",
    name: rule.name,
    filter: undefined,
    keyProperties: undefined,
    isElseKept: true,
    properties: new Map<string, string | null>(),
  } as const;
}

/** Settings are JSON values, though their type does not say so. */
function dictOf(value: Readonly<Record<string, unknown>> | undefined): Dict {
  const dict = (value ?? {}) as JsonValue;
  return isDict(dict) ? dict : {};
}
