import type { JsonValue } from "singer-sdk-ts";
import { isRecord } from "./bookmark.ts";

type Properties = Readonly<Record<string, JsonValue>>;

const TIME = { type: ["null", "string"], format: "date-time" };
const TEXT = { type: ["null", "string"] };

/** The properties of a LOG_BASED stream: deletes have their key and their time, and may have nothing else. */
export function logProperties(
  properties: Properties,
  options: {
    readonly keys: readonly string[];
    readonly log: "change_tracking" | "cdc";
    readonly hasLogColumns: boolean;
  },
): Properties {
  const nullable = Object.entries(properties).map(([name, property]): [string, JsonValue] => [
    name,
    options.keys.includes(name) ? property : withNull(property),
  ]);
  return {
    ...Object.fromEntries(nullable),
    _sdc_deleted_at: TIME,
    ...(options.log === "cdc" &&
      options.hasLogColumns && {
        _sdc_operation_type: TEXT,
        _sdc_lsn_commit_timestamp: TIME,
        _sdc_lsn_value: TEXT,
        _sdc_lsn_seq_value: TEXT,
      }),
  };
}

function withNull(property: JsonValue): JsonValue {
  if (!isRecord(property) || property["type"] === undefined) return property;
  const { type } = property;
  const types = Array.isArray(type) ? type : [type];
  return types.includes("null") ? property : { ...property, type: ["null", ...types] };
}
