import { DeltaError } from "./error.ts";
import { isObject, parseJson, stringifyJson } from "./json.ts";

/** A 64-bit integer of the log: a number where that is exact, else a bigint. */
type Long = number | bigint;

export interface Protocol {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
  readonly readerFeatures?: readonly string[];
  readonly writerFeatures?: readonly string[];
}

export interface Metadata {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly format: {
    readonly provider: string;
    readonly options: Readonly<Record<string, string>>;
  };
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  readonly createdTime?: number;
}

export interface DeletionVectorDescriptor {
  readonly storageType: string;
  readonly pathOrInlineDv: string;
  readonly offset?: number;
  readonly sizeInBytes: number;
  readonly cardinality: number;
}

/** Partition column → value as the log writes it (delta.md §1.6). */
export type PartitionValues = Readonly<Record<string, string | null>>;

export interface AddFile {
  /** Relative to the table's root and URI-encoded. */
  readonly path: string;
  readonly partitionValues: PartitionValues;
  /** Bytes, exact. */
  readonly size: number;
  readonly modificationTime: number;
  readonly dataChange: boolean;
  /** JSON text, kept to the byte when it comes from another writer. */
  readonly stats?: string;
  readonly tags?: Readonly<Record<string, string | null>>;
  readonly deletionVector?: DeletionVectorDescriptor;
  readonly baseRowId?: Long;
  readonly defaultRowCommitVersion?: Long;
  readonly clusteringProvider?: string;
}

export interface RemoveFile {
  readonly path: string;
  readonly deletionTimestamp?: number;
  readonly dataChange: boolean;
  readonly extendedFileMetadata?: boolean;
  readonly partitionValues?: PartitionValues;
  readonly size?: number;
  readonly stats?: string;
  readonly tags?: Readonly<Record<string, string | null>>;
  readonly deletionVector?: DeletionVectorDescriptor;
  readonly baseRowId?: Long;
  readonly defaultRowCommitVersion?: Long;
}

export interface AppTransaction {
  readonly appId: string;
  readonly version: Long;
  readonly lastUpdated?: number;
}

export interface DomainMetadata {
  readonly domain: string;
  readonly configuration: string;
  readonly removed: boolean;
}

interface ChangeFile {
  readonly path: string;
  readonly partitionValues: PartitionValues;
  readonly size: number;
  readonly dataChange: false;
  readonly tags?: Readonly<Record<string, string | null>>;
}

/** Free-form; the named fields are those that other engines read. */
export interface CommitInfo {
  readonly timestamp?: number;
  readonly operation?: string;
  readonly operationParameters?: Readonly<Record<string, unknown>>;
  readonly readVersion?: number;
  readonly isolationLevel?: string;
  readonly isBlindAppend?: boolean;
  readonly inCommitTimestamp?: number;
  readonly txnId?: string;
  readonly [key: string]: unknown;
}

/** One line of a commit. */
export type Action =
  | { readonly type: "commitInfo"; readonly commitInfo: CommitInfo }
  | { readonly type: "protocol"; readonly protocol: Protocol }
  | { readonly type: "metaData"; readonly metaData: Metadata }
  | { readonly type: "txn"; readonly txn: AppTransaction }
  | { readonly type: "domainMetadata"; readonly domainMetadata: DomainMetadata }
  | { readonly type: "add"; readonly add: AddFile }
  | { readonly type: "remove"; readonly remove: RemoveFile }
  | { readonly type: "cdc"; readonly cdc: ChangeFile };

/** A whole line about a file. Torn lines do not match, so that they are found. */
const FILE_LINE = /^\{"(?:add|remove)":.*\}\}$/;

/** Writes a commit: one action a line, every line ended by `\n`, in the order given. */
export function encodeActions(actions: readonly Action[]): string {
  return actions.map((action) => `${stringifyJson(actionBody(action))}\n`).join("");
}

/**
 * Reads a commit. Unknown actions and fields are left out; a broken one is E_CORRUPT_LOG naming the version.
 * `skipsFiles` leaves out added and removed files, which are nearly all of a large commit, without parsing them.
 */
export function decodeActions(
  lines: string,
  version: number,
  options: { skipsFiles?: boolean } = {},
): Action[] {
  const actions: Action[] = [];
  for (const [index, line] of lines.split("\n").entries()) {
    if (line.trim() === "") continue;
    if (options.skipsFiles === true && FILE_LINE.test(line)) continue;
    const action = decodeLine(line, version, index + 1);
    if (action !== undefined) actions.push(action);
  }
  return actions;
}

function actionBody(action: Action): Record<string, unknown> {
  switch (action.type) {
    case "commitInfo":
      return { commitInfo: action.commitInfo };
    case "protocol":
      return { protocol: action.protocol };
    case "metaData":
      return { metaData: action.metaData };
    case "txn":
      return { txn: action.txn };
    case "domainMetadata":
      return { domainMetadata: action.domainMetadata };
    case "add":
      return { add: action.add };
    case "remove":
      return { remove: action.remove };
    case "cdc":
      return { cdc: action.cdc };
    default:
      throw new Error("an action of an unknown type cannot be written");
  }
}

function decodeLine(line: string, version: number, lineNumber: number): Action | undefined {
  try {
    const parsed = parseJson(line);
    if (!isObject(parsed)) throw new Error("not a JSON object");
    for (const [type, body] of Object.entries(parsed)) {
      if (isObject(body)) return decodeAction(type, body);
    }
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DeltaError(
      "E_CORRUPT_LOG",
      `cannot read version ${version} of the log, line ${lineNumber}: ${reason}`,
      { hint: "restore the commit file from a backup; nothing was written", cause: error },
    );
  }
}

/** Checks the fields that the protocol requires and takes over the known ones; `null` counts as absent. */
export function decodeAction(type: string, body: Record<string, unknown>): Action | undefined {
  switch (type) {
    case "commitInfo":
      return { type, commitInfo: body };
    case "protocol":
      return { type, protocol: decodeProtocol(body) };
    case "metaData":
      return { type, metaData: decodeMetadata(body) };
    case "txn":
      return {
        type,
        txn: {
          appId: text(body, "appId"),
          version: long(body, "version"),
          ...optional("lastUpdated", count, body),
        },
      };
    case "domainMetadata":
      return {
        type,
        domainMetadata: {
          domain: text(body, "domain"),
          configuration: text(body, "configuration"),
          removed: flag(body, "removed"),
        },
      };
    case "add":
      return { type, add: decodeAdd(body) };
    case "remove":
      return { type, remove: decodeRemove(body) };
    default:
      return undefined;
  }
}

function decodeProtocol(body: Record<string, unknown>): Protocol {
  return {
    minReaderVersion: count(body, "minReaderVersion"),
    minWriterVersion: count(body, "minWriterVersion"),
    ...optional("readerFeatures", texts, body),
    ...optional("writerFeatures", texts, body),
  };
}

function decodeMetadata(body: Record<string, unknown>): Metadata {
  const format = isObject(body["format"]) ? body["format"] : {};
  return {
    id: text(body, "id"),
    ...optional("name", text, body),
    ...optional("description", text, body),
    format: {
      provider: typeof format["provider"] === "string" ? format["provider"] : "parquet",
      options: isObject(format["options"]) ? textMap(format, "options") : {},
    },
    schemaString: text(body, "schemaString"),
    partitionColumns: texts(body, "partitionColumns"),
    configuration: isObject(body["configuration"]) ? textMap(body, "configuration") : {},
    ...optional("createdTime", count, body),
  };
}

function decodeAdd(body: Record<string, unknown>): AddFile {
  return {
    path: text(body, "path"),
    partitionValues: isObject(body["partitionValues"])
      ? textOrNullMap(body, "partitionValues")
      : {},
    size: count(body, "size"),
    modificationTime: count(body, "modificationTime"),
    dataChange: flag(body, "dataChange"),
    ...optional("stats", text, body),
    ...optional("tags", textOrNullMap, body),
    ...optional("deletionVector", deletionVector, body),
    ...optional("baseRowId", long, body),
    ...optional("defaultRowCommitVersion", long, body),
    ...optional("clusteringProvider", text, body),
  };
}

function decodeRemove(body: Record<string, unknown>): RemoveFile {
  return {
    path: text(body, "path"),
    ...optional("deletionTimestamp", count, body),
    dataChange: flag(body, "dataChange"),
    ...optional("extendedFileMetadata", flag, body),
    ...optional("partitionValues", textOrNullMap, body),
    ...optional("size", count, body),
    ...optional("stats", text, body),
    ...optional("tags", textOrNullMap, body),
    ...optional("deletionVector", deletionVector, body),
    ...optional("baseRowId", long, body),
    ...optional("defaultRowCommitVersion", long, body),
  };
}

function optional<Key extends string, Value>(
  key: Key,
  read: (body: Record<string, unknown>, key: string) => Value,
  body: Record<string, unknown>,
): { [K in Key]?: Value } {
  if (body[key] === undefined || body[key] === null) return {};
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A computed key widens to an index signature; the object has exactly this one.
  return { [key]: read(body, key) } as { [K in Key]?: Value };
}

function deletionVector(body: Record<string, unknown>, key: string): DeletionVectorDescriptor {
  const descriptor = body[key];
  if (!isObject(descriptor)) throw new Error(`${key} is not an object`);
  return {
    storageType: text(descriptor, "storageType"),
    pathOrInlineDv: text(descriptor, "pathOrInlineDv"),
    ...optional("offset", count, descriptor),
    sizeInBytes: count(descriptor, "sizeInBytes"),
    cardinality: count(descriptor, "cardinality"),
  };
}

function text(body: Record<string, unknown>, key: string): string {
  const value = body[key];
  if (typeof value !== "string") throw new Error(`${key} is not a string`);
  return value;
}

function texts(body: Record<string, unknown>, key: string): string[] {
  const value = body[key];
  if (!Array.isArray(value)) throw new Error(`${key} is not an array`);
  return value.map(String);
}

function flag(body: Record<string, unknown>, key: string): boolean {
  const value = body[key];
  if (typeof value !== "boolean") throw new Error(`${key} is not a boolean`);
  return value;
}

function count(body: Record<string, unknown>, key: string): number {
  const value = body[key];
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw new Error(`${key} is not an integer`);
  }
  return value;
}

function long(body: Record<string, unknown>, key: string): Long {
  const value = body[key];
  return typeof value === "bigint" ? value : count(body, key);
}

function textMap(body: Record<string, unknown>, key: string): Record<string, string> {
  const value = body[key];
  if (!isObject(value)) throw new Error(`${key} is not an object`);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, scalarText(item)]));
}

function textOrNullMap(body: Record<string, unknown>, key: string): Record<string, string | null> {
  const value = body[key];
  if (!isObject(value)) throw new Error(`${key} is not an object`);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, item === null ? null : scalarText(item)]),
  );
}

/** Maps of the log hold strings; a writer that put a bare number or boolean meant its text. */
function scalarText(value: unknown): string {
  return typeof value === "string" ? value : stringifyJson(value);
}
