export { settingsSchema, settingsTable } from "./about.ts";
export type { Catalog, CatalogStream, MetadataEntry } from "./catalog.ts";
export { parseCatalog, streamMetadata } from "./catalog.ts";
export type {
  Flag,
  LoadContext,
  PluginDefinition,
  RunContext,
  SyncContext,
  TapDefinition,
  TargetDefinition,
} from "./cli.ts";
export { runTap, runTarget } from "./cli.ts";
export { UserError } from "./error.ts";
export { DecimalText, type JsonValue, parseJson, stringifyJson } from "./json.ts";
export type { Log, LogFields, Metric } from "./log.ts";
export type {
  ActivateVersionMessage,
  BatchMessage,
  Message,
  RecordMessage,
  SchemaMessage,
  StateMessage,
} from "./message.ts";
export { parseMessage } from "./message.ts";
export { checkNodeVersion } from "./node-version.ts";
export {
  Progress,
  type ProgressOptions,
  partitionBookmark,
  type ReplicationValue,
  withPartition,
} from "./progress.ts";
export type { Column, ColumnSchemaOptions, ColumnType, JsonSchema } from "./schema.ts";
export { columnSchema, parseColumns } from "./schema.ts";
export { isSelected, selectedSchema, selectedStreams } from "./selection.ts";
export type { ConfigOf, Setting, Settings } from "./settings.ts";
export { parseSettings } from "./settings.ts";
export { type Bookmark, State } from "./state.ts";
export { ByteWriter, MessageWriter, type Sink, type WriterOptions } from "./write.ts";
