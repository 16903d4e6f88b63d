import type { Metadata, Protocol } from "./action.ts";
import { DeltaError } from "./error.ts";
import { type DeltaType, type StructType, visitFields } from "./schema.ts";

/** What a default table asks for: opens in every engine (delta.md §2.2, "the widest table"). */
export const DEFAULT_PROTOCOL: Protocol = { minReaderVersion: 1, minWriterVersion: 2 };

/** What legacy writer versions imply (delta.md §1.10). */
const LEGACY_WRITER_FEATURES: readonly (readonly [version: number, features: readonly string[]])[] =
  [
    [2, ["appendOnly", "invariants"]],
    [3, ["checkConstraints"]],
    [4, ["changeDataFeed", "generatedColumns"]],
    [5, ["columnMapping"]],
    [6, ["identityColumns"]],
  ];

/** Features whose tables this package reads. */
const READABLE = new Set([
  "deletionVectors",
  "timestampNtz",
  "typeWidening",
  "typeWidening-preview",
  "v2Checkpoint",
  "vacuumProtocolCheck",
]);

/** Features whose tables this package writes, where {@link checkWrite} finds nothing in use that it cannot keep. */
const WRITABLE = new Set([
  ...READABLE,
  "appendOnly",
  "invariants",
  "checkConstraints",
  "changeDataFeed",
  "generatedColumns",
  "identityColumns",
  "allowColumnDefaults",
  "columnMapping",
  "clustering",
  "domainMetadata",
  "inCommitTimestamp",
  "rowTracking",
]);

/** Features that this package keeps when it adds files, not when it takes some away. */
const APPENDABLE = ["clustering", "rowTracking"];

/** Properties that need a feature when they are `true`. */
const PROPERTY_FEATURES: Readonly<Record<string, string>> = {
  "delta.enableDeletionVectors": "deletionVectors",
  "delta.enableChangeDataFeed": "changeDataFeed",
  "delta.enableInCommitTimestamps": "inCommitTimestamp",
  "delta.enableTypeWidening": "typeWidening",
};

/** Features that readers must know, too. */
const READER_FEATURES = new Set([
  "columnMapping",
  "deletionVectors",
  "timestampNtz",
  "typeWidening",
  "v2Checkpoint",
  "vacuumProtocolCheck",
]);

/**
 * The protocol that a table needs for its properties and columns: the one it has, or that with features added. A feature
 * never goes away, and what a legacy version implies is spelt out (delta.md §1.10).
 */
export function protocolFor(
  protocol: Protocol,
  configuration: Metadata["configuration"],
  schema: StructType,
): Protocol {
  const present = writerFeatures(protocol);
  const needed = new Set<string>();
  for (const [property, feature] of Object.entries(PROPERTY_FEATURES)) {
    if (configuration[property] === "true") needed.add(feature);
  }
  if (configuration["delta.columnMapping.mode"] === "name") needed.add("columnMapping");
  visitFields(schema, ({ type }) => {
    if (holdsType(type, "timestamp_ntz")) needed.add("timestampNtz");
  });
  const added = [...needed].filter(
    (feature) => !present.has(feature) && !present.has(`${feature}-preview`),
  );
  // Writer version 5 has column mapping without telling readers.
  const leastReader = needed.has("columnMapping") ? 2 : 1;
  if (added.length === 0) {
    return protocol.minReaderVersion >= leastReader
      ? protocol
      : { ...protocol, minReaderVersion: leastReader };
  }
  const all = [...present, ...added];
  // Column mapping alone is older than features: reader version 2 says it, as Spark does.
  const asksReaders =
    protocol.minReaderVersion >= 3 ||
    added.some((feature) => READER_FEATURES.has(feature) && feature !== "columnMapping");
  return {
    minReaderVersion: asksReaders ? 3 : Math.max(leastReader, protocol.minReaderVersion),
    minWriterVersion: 7,
    ...(asksReaders
      ? {
          readerFeatures: all.filter(
            (feature) =>
              protocol.readerFeatures?.includes(feature) === true ||
              (protocol.minReaderVersion === 2 && feature === "columnMapping") ||
              (added.includes(feature) && READER_FEATURES.has(feature)),
          ),
        }
      : {}),
    writerFeatures: all,
  };
}

function holdsType(type: DeltaType, wanted: string): boolean {
  if (typeof type === "string") return type === wanted;
  if (type.type === "array") return holdsType(type.elementType, wanted);
  if (type.type === "map")
    return holdsType(type.keyType, wanted) || holdsType(type.valueType, wanted);
  return false;
}

/** Every feature that the protocol asks of a writer, legacy versions spelled out. */
export function writerFeatures(protocol: Protocol): ReadonlySet<string> {
  if (protocol.minWriterVersion >= 7) return new Set(protocol.writerFeatures);
  return new Set(
    LEGACY_WRITER_FEATURES.filter(([version]) => version <= protocol.minWriterVersion).flatMap(
      ([, features]) => features,
    ),
  );
}

/** Throws E_TABLE_FEATURE naming the first feature of the table that this package cannot read. */
export function checkRead(protocol: Protocol, metadata: Metadata): void {
  if (protocol.minReaderVersion > 3) {
    throw refusal(`reader version ${protocol.minReaderVersion}`, "read");
  }
  const unknown = (protocol.readerFeatures ?? []).find((feature) => !READABLE.has(feature));
  if (!["none", "name"].includes(mappingMode(metadata))) throw refusal("columnMapping", "read");
  if (unknown !== undefined && unknown !== "columnMapping") throw refusal(unknown, "read");
}

/** Throws E_TABLE_FEATURE naming the first feature in use that this package cannot keep when it writes. */
export function checkWrite(protocol: Protocol, metadata: Metadata, schema: StructType): void {
  checkRead(protocol, metadata);
  if (mappingMode(metadata) !== "none" && metadata.partitionColumns.length > 0) {
    // DuckDB reads their partition columns as null (delta.md, fact 6).
    throw refusal("columnMapping", "write", metadata.partitionColumns[0]);
  }
  if (protocol.minWriterVersion > 7) {
    throw refusal(`writer version ${protocol.minWriterVersion}`, "write");
  }
  const features = writerFeatures(protocol);
  for (const feature of features) {
    if (!WRITABLE.has(feature)) throw refusal(feature, "write");
  }
  if (metadata.configuration["delta.rowTrackingSuspended"] === "true") {
    throw refusal("rowTracking", "write");
  }
  if (Object.keys(metadata.configuration).some((key) => key.startsWith("delta.constraints."))) {
    throw refusal("checkConstraints", "write");
  }
  visitFields(schema, (field, path) => {
    if ("delta.generationExpression" in field.metadata)
      throw refusal("generatedColumns", "write", path);
    if ("delta.identity.start" in field.metadata) throw refusal("identityColumns", "write", path);
    if ("delta.invariants" in field.metadata) throw refusal("invariants", "write", path);
    if (field.type === "variant" || field.type === "void") throw refusal(field.type, "write", path);
  });
}

/**
 * Throws E_TABLE_FEATURE where the table keeps a change data feed: rows that change inside a file need change files,
 * which merges write and a plain replacement of files cannot. Appends and removes of whole files are read from the log
 * itself (delta.md §1.17).
 */
export function checkRowChange(metadata: Metadata): void {
  if (metadata.configuration["delta.enableChangeDataFeed"] !== "true") return;
  throw refusal("changeDataFeed", "merge into");
}

/** Throws E_TABLE_FEATURE where files may be added to the table, and rows must not be moved or taken away. */
export function checkRemoval(protocol: Protocol): void {
  const features = writerFeatures(protocol);
  const feature = APPENDABLE.find((name) => features.has(name));
  if (feature !== undefined) throw refusal(feature, "change rows of");
}

function mappingMode({ configuration }: Metadata): string {
  return configuration["delta.columnMapping.mode"] ?? "none";
}

function refusal(
  feature: string,
  access: "read" | "write" | "merge into" | "change rows of",
  column?: string,
): DeltaError {
  const where = column === undefined ? "" : ` in column ${column}`;
  return new DeltaError(
    "E_TABLE_FEATURE",
    `cannot ${access} the table: it uses ${feature}${where}, which is not supported`,
    { hint: `${access} it with an engine that supports ${feature}, or drop the feature there` },
  );
}
