import type { Action, AddFile, PartitionValues } from "./action.ts";
import { isMapped, physicalName } from "./column-mapping.ts";
import { DeltaError } from "./error.ts";
import { writerFeatures } from "./feature.ts";
import { fileKey } from "./log-replay.ts";
import { parsePartitionValue } from "./partition.ts";
import { findDuplicateField, findField, parseSchema, type StructType } from "./schema.ts";
import type { FullSnapshot, Snapshot } from "./snapshot.ts";
import { parseStatistics } from "./stats/parse.ts";

/**
 * Checks the actions of a commit before they are written: what every engine's reader relies on (delta.md §1.4, §4).
 * Always on. E_INVALID_COMMIT says which rule is broken. Removes are held against the files of `base`, where it has them.
 */
export function validateCommit(
  actions: readonly Action[],
  base: Snapshot | FullSnapshot | undefined,
): void {
  checkUniqueness(actions);
  checkState(actions, base);
  const { schema, partitionColumns, storedNames } = effectiveLayout(actions, base);
  checkAppendOnly(actions, base);
  const removedPaths = new Set(
    actions.flatMap((action) => (action.type === "remove" ? [action.remove.path] : [])),
  );
  for (const action of actions) {
    if (action.type === "add") {
      checkAdd(action.add, schema, partitionColumns);
      // A file that only gets a deletion vector may be older than the schema.
      const isNew = !removedPaths.has(action.add.path);
      if (storedNames !== undefined && isNew) checkStoredNames(action.add, storedNames);
    }
    if (action.type === "remove" && base !== undefined && "files" in base) {
      if (!base.files.has(fileKey(action.remove))) {
        throw invalid(
          `the removed file ${action.remove.path} is not live in version ${base.version}`,
        );
      }
    }
  }
  checkLayoutChange(actions, base, partitionColumns);
}

function checkUniqueness(actions: readonly Action[]): void {
  const seen = new Set<string>();
  for (const action of actions) {
    const key = uniqueKey(action);
    if (key === undefined) continue;
    if (seen.has(key)) throw invalid(`two actions of one commit are about ${key}`);
    seen.add(key);
  }
  const removed = new Set(
    actions.flatMap((action) => (action.type === "remove" ? [fileKey(action.remove)] : [])),
  );
  for (const action of actions) {
    if (action.type === "add" && removed.has(fileKey(action.add))) {
      throw invalid(`${action.add.path} is added and removed with the same deletion vector`);
    }
  }
}

function uniqueKey(action: Action): string | undefined {
  switch (action.type) {
    case "protocol":
    case "metaData":
    case "commitInfo":
      return action.type;
    case "txn":
      return `transaction ${action.txn.appId}`;
    case "domainMetadata":
      return `domain ${action.domainMetadata.domain}`;
    case "add":
      return `added file ${fileKey({ path: action.add.path })}`;
    case "remove":
      return `removed file ${fileKey({ path: action.remove.path })}`;
    case "cdc":
      return undefined;
    default:
      throw new Error("an action of an unknown type cannot be checked");
  }
}

function checkState(actions: readonly Action[], base: Snapshot | undefined): void {
  const protocol = actions.find((action) => action.type === "protocol");
  const metadata = actions.find((action) => action.type === "metaData");
  if (base === undefined && (protocol === undefined || metadata === undefined)) {
    throw invalid("version 0 needs protocol and metaData");
  }
  if (base === undefined) return;
  if (metadata !== undefined && metadata.metaData.id !== base.metadata.id) {
    throw invalid("the table's id may never change");
  }
  if (protocol !== undefined) {
    const kept = writerFeatures(protocol.protocol);
    for (const feature of writerFeatures(base.protocol)) {
      if (!kept.has(feature)) throw invalid(`the table's protocol may not lose ${feature}`);
    }
  }
}

function effectiveLayout(
  actions: readonly Action[],
  base: Snapshot | undefined,
): {
  schema: StructType;
  partitionColumns: readonly string[];
  /** Of a table with column mapping: what its columns are called in data files. */
  storedNames: ReadonlySet<string> | undefined;
} {
  const changed = actions.find((action) => action.type === "metaData");
  const metadata = changed?.metaData ?? base?.metadata;
  if (metadata === undefined) throw invalid("there is no metaData");
  const schema = parseSchema(metadata.schemaString);
  const duplicate = findDuplicateField(schema);
  if (duplicate !== undefined) throw invalid(`two columns are named ${duplicate}, ignoring case`);
  for (const column of metadata.partitionColumns) {
    if (findField(schema, column)?.name !== column) {
      throw invalid(`partition column ${column} is not in the schema`);
    }
  }
  const storedNames = isMapped(metadata.configuration)
    ? new Set(schema.fields.map((field) => physicalName(field)))
    : undefined;
  return { schema, partitionColumns: metadata.partitionColumns, storedNames };
}

function checkAppendOnly(actions: readonly Action[], base: Snapshot | undefined): void {
  if (base?.properties.isAppendOnly !== true) return;
  if (actions.some((action) => action.type === "remove" && action.remove.dataChange)) {
    throw new DeltaError(
      "E_TABLE_FEATURE",
      "cannot remove rows: the table is append-only (delta.appendOnly)",
      {
        hint: "load with appends, or unset the property",
      },
    );
  }
}

function checkAdd(add: AddFile, schema: StructType, partitionColumns: readonly string[]): void {
  if (/^[a-z][a-z0-9+.-]*:|^\//i.test(add.path) || add.path.split("/").includes("..")) {
    throw invalid(`the file path ${add.path} is not relative to the table`);
  }
  if (!Number.isSafeInteger(add.size) || add.size <= 0) throw invalid(`${add.path} has no size`);
  checkPartitionValues(add.path, add.partitionValues, schema, partitionColumns);
}

/** A file written under the columns' own names would be read as nulls (delta.md §4, 27). Its statistics tell. */
function checkStoredNames(add: AddFile, storedNames: ReadonlySet<string>): void {
  const stray = Object.keys(parseStatistics(add.stats).nullCount).find(
    (name) => !storedNames.has(name),
  );
  if (stray === undefined) return;
  throw invalid(
    `${add.path} has a column ${stray}, but the table maps its columns: write it with the schema and configuration of the table`,
  );
}

function checkPartitionValues(
  path: string,
  values: PartitionValues,
  schema: StructType,
  partitionColumns: readonly string[],
): void {
  const names = Object.keys(values);
  if (
    names.length !== partitionColumns.length ||
    !partitionColumns.every((name) => name in values)
  ) {
    throw invalid(
      `${path} has values for [${names.join()}], the table is partitioned by [${partitionColumns.join()}]`,
    );
  }
  for (const name of partitionColumns) {
    const field = findField(schema, name);
    const text = values[name];
    if (field === undefined || parsePartitionValue(field.type, text) === undefined || text === "") {
      throw invalid(`${path} has a partition value of ${name} that is no value of its type`);
    }
    if (text === null && !field.nullable)
      throw invalid(`${path} has null in the required column ${name}`);
  }
}

/** A new partitioning is only legal where every old file goes. */
function checkLayoutChange(
  actions: readonly Action[],
  base: Snapshot | FullSnapshot | undefined,
  partitionColumns: readonly string[],
): void {
  if (
    base === undefined ||
    base.metadata.partitionColumns.join("\n") === partitionColumns.join("\n")
  )
    return;
  const removed = new Set(
    actions.flatMap((action) => (action.type === "remove" ? [fileKey(action.remove)] : [])),
  );
  if (!("files" in base) || [...base.files.keys()].some((key) => !removed.has(key))) {
    throw invalid("the partition columns can change only when every file is replaced");
  }
}

function invalid(reason: string): DeltaError {
  return new DeltaError("E_INVALID_COMMIT", `the commit is not valid: ${reason}`);
}
