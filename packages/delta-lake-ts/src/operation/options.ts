import type { Action, AddFile, AppTransaction, Metadata, RemoveFile } from "../action.ts";
import { isMapped, mapColumns } from "../column-mapping.ts";
import type { TableContext } from "../committer.ts";
import { DeltaError } from "../error.ts";
import { type EvolveOptions, evolveSchema } from "../evolve.ts";
import { DEFAULT_PROTOCOL, protocolFor } from "../feature.ts";
import { type Runtime, systemRuntime } from "../runtime.ts";
import { isSameSchema, type StructType, stringifySchema } from "../schema.ts";
import type { Snapshot } from "../snapshot.ts";
import type { ObjectStore } from "../store.ts";
import { allowsWidening } from "../type-widening.ts";

/** What every writing operation takes. */
export interface CommitOptions {
  /**
   * Makes the commit at most once per application and version: a version that is not above the stored one, or a stored
   * one that is not `expectedVersion`, is E_COMMIT_CONFLICT (ConcurrentTransaction).
   */
  readonly appTransaction?: {
    readonly appId: string;
    readonly version: number;
    readonly expectedVersion?: number;
  };
  /** Extra keys for the commit's own record, e.g. `{ singer: {…} }`. */
  readonly commitInfo?: Readonly<Record<string, unknown>>;
  /**
   * The schema after this commit: added nullable columns, relaxed NOT NULL, and wider types where the table's property
   * `delta.enableTypeWidening` is true; an overwrite may change everything.
   */
  readonly schema?: StructType;
  readonly description?: string;
  /** Table properties to set, when the table is made or later; a feature that one needs is added to the protocol. */
  readonly configuration?: Readonly<Record<string, string>>;
  readonly runtime?: Runtime;
}

/** How to make the table when it is not there. */
export interface CreateOptions {
  readonly createIfMissing?: {
    readonly schema: StructType;
    readonly partitionColumns?: readonly string[];
  };
}

export type WriteOptions = CommitOptions & CreateOptions;

export function createContext(store: ObjectStore, options: CommitOptions): TableContext {
  return { store, runtime: options.runtime ?? systemRuntime };
}

/** The protocol, metaData and txn that an operation puts before its files; empty when nothing of that changes. */
export function stateActions(
  context: TableContext,
  base: Snapshot | undefined,
  options: WriteOptions,
  change: { readonly replacesSchema: boolean },
): Action[] {
  const actions: Action[] =
    base === undefined ? creation(context, options) : evolution(base, options, change);
  const txn = appTransaction(context, base, options);
  return txn === undefined ? actions : [...actions, { type: "txn", txn }];
}

/** The tombstone of a live file; it carries everything that a reader of the change needs. */
export function removeOf(add: AddFile, context: TableContext, dataChange: boolean): RemoveFile {
  const { path, partitionValues, size, tags, deletionVector, baseRowId, defaultRowCommitVersion } =
    add;
  return {
    path,
    deletionTimestamp: context.runtime.now(),
    dataChange,
    extendedFileMetadata: true,
    partitionValues,
    size,
    ...(tags === undefined ? {} : { tags }),
    ...(deletionVector === undefined ? {} : { deletionVector }),
    ...(baseRowId === undefined ? {} : { baseRowId }),
    ...(defaultRowCommitVersion === undefined ? {} : { defaultRowCommitVersion }),
  };
}

function creation({ runtime }: TableContext, options: WriteOptions): Action[] {
  const { createIfMissing, description, configuration = {} } = options;
  if (createIfMissing === undefined) {
    throw new DeltaError("E_TABLE_NOT_FOUND", "there is no Delta table here", {
      hint: "create it first, or pass createIfMissing",
    });
  }
  const mapped = mapColumns(options.schema ?? createIfMissing.schema, configuration);
  const { schema } = mapped;
  const metaData: Metadata = {
    id: runtime.uuid(),
    ...(description === undefined ? {} : { description }),
    format: { provider: "parquet", options: {} },
    schemaString: stringifySchema(schema),
    partitionColumns: createIfMissing.partitionColumns ?? [],
    configuration: mapped.configuration,
    createdTime: runtime.now(),
  };
  return [
    { type: "protocol", protocol: protocolFor(DEFAULT_PROTOCOL, configuration, schema) },
    { type: "metaData", metaData },
  ];
}

function evolution(
  base: Snapshot,
  options: WriteOptions,
  { replacesSchema }: { readonly replacesSchema: boolean },
): Action[] {
  const { createIfMissing, configuration = {} } = options;
  const wanted = options.schema ?? (replacesSchema ? createIfMissing?.schema : undefined);
  const schema = nextSchema(base, wanted, options, replacesSchema);
  const partitionColumns = replacesSchema
    ? (createIfMissing?.partitionColumns ?? base.metadata.partitionColumns)
    : base.metadata.partitionColumns;
  const properties = { ...base.metadata.configuration, ...configuration };
  checkMapping(base.metadata.configuration, properties);
  const named = mapColumns(schema, properties, base.schema);
  const isSameConfiguration = Object.entries(configuration).every(
    ([key, value]) => base.metadata.configuration[key] === value,
  );
  const isSameLayout = partitionColumns.join("\n") === base.metadata.partitionColumns.join("\n");
  if (isSameConfiguration && isSameLayout && isSameSchema(schema, base.schema)) return [];
  const metaData: Metadata = {
    ...base.metadata,
    schemaString: stringifySchema(named.schema),
    partitionColumns,
    configuration: named.configuration,
  };
  const protocol = protocolFor(base.protocol, metaData.configuration, schema);
  const actions: Action[] = [{ type: "metaData", metaData }];
  return protocol === base.protocol ? actions : [{ type: "protocol", protocol }, ...actions];
}

/** Column mapping may be switched on by name, and never changes after that: files keep the names they have. */
function checkMapping(before: Metadata["configuration"], after: Metadata["configuration"]): void {
  const from = before["delta.columnMapping.mode"] ?? "none";
  const to = after["delta.columnMapping.mode"] ?? "none";
  if (from === to || (from === "none" && isMapped(after))) return;
  throw new DeltaError(
    "E_INVALID_COMMIT",
    `cannot change delta.columnMapping.mode from ${from} to ${to}`,
    { hint: "leave it, or write the rows into a new table" },
  );
}

function nextSchema(
  base: Snapshot,
  wanted: StructType | undefined,
  options: WriteOptions,
  replacesSchema: boolean,
): StructType {
  if (wanted !== undefined && replacesSchema) return wanted;
  const evolve: EvolveOptions = {
    widensTypes: allowsWidening({ ...base.metadata.configuration, ...options.configuration }),
    partitionColumns: base.metadata.partitionColumns,
  };
  if (wanted !== undefined) return evolveSchema(base.schema, wanted, evolve);
  const { createIfMissing } = options;
  if (createIfMissing === undefined) return base.schema;
  // The table was there already: what would have made it must fit it.
  const fitted = evolveSchema(base.schema, createIfMissing.schema);
  if (!isSameSchema(fitted, base.schema)) {
    throw new DeltaError(
      "E_SCHEMA_MISMATCH",
      "the table exists, and its schema lacks what the new rows have",
      {
        hint: "pass the new schema as `schema` to evolve the table",
      },
    );
  }
  return base.schema;
}

function appTransaction(
  { runtime }: TableContext,
  base: Snapshot | undefined,
  { appTransaction: wanted }: CommitOptions,
): AppTransaction | undefined {
  if (wanted === undefined) return undefined;
  const { appId, version, expectedVersion } = wanted;
  const stored = base?.transactions.get(appId)?.version;
  const isExpected = expectedVersion === undefined || stored === expectedVersion;
  if (!isExpected || (stored !== undefined && stored >= version)) {
    throw new DeltaError(
      "E_COMMIT_CONFLICT",
      `cannot commit: ConcurrentTransaction, application ${appId} stands at ${stored ?? "no version"}, not before ${version}`,
      {
        hint: "another instance of this pipeline committed: stop one of them, then run again",
        conflict: "ConcurrentTransaction",
      },
    );
  }
  return { appId, version, lastUpdated: runtime.now() };
}
