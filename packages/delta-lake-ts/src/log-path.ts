/** Where a table keeps its log. */
export const LOG_FOLDER = "_delta_log/";
export const SIDECAR_FOLDER = `${LOG_FOLDER}_sidecars/`;
export const LAST_CHECKPOINT_PATH = `${LOG_FOLDER}_last_checkpoint`;

/** What a file of the log is, by its name (delta.md §1.1). */
export type LogFile =
  | { readonly type: "commit"; readonly version: number }
  | { readonly type: "checkpoint"; readonly version: number }
  | {
      readonly type: "checkpointPart";
      readonly version: number;
      readonly part: number;
      readonly partCount: number;
    }
  | { readonly type: "v2Checkpoint"; readonly version: number };

export function commitPath(version: number): string {
  return `${LOG_FOLDER}${padVersion(version)}.json`;
}

export function checkpointPath(version: number): string {
  return `${LOG_FOLDER}${padVersion(version)}.checkpoint.parquet`;
}

export function checksumPath(version: number): string {
  return `${LOG_FOLDER}${padVersion(version)}.crc`;
}

/** Where a file of the log grows before it is moved to its name. `id` keeps two writers of one file apart. */
export function temporaryPath(path: string, id: string): string {
  return `${LOG_FOLDER}.${path.slice(LOG_FOLDER.length)}.${id}.tmp`;
}

/** The name that every file of this version starts with: listing from here misses none. */
export function versionPrefix(version: number): string {
  return `${LOG_FOLDER}${padVersion(version)}`;
}

/** Reads a path of the log folder; undefined for files that the log does not know. */
export function parseLogPath(path: string): LogFile | undefined {
  const match = /^_delta_log\/(\d{20})\.(?:(json)|checkpoint\.(.+))$/.exec(path);
  if (match === null) return undefined;
  const version = Number(match[1]);
  if (match[2] !== undefined) return { type: "commit", version };
  const rest = match[3] ?? "";
  if (rest === "parquet") return { type: "checkpoint", version };
  const part = /^(\d{10})\.(\d{10})\.parquet$/.exec(rest);
  if (part !== null) {
    return { type: "checkpointPart", version, part: Number(part[1]), partCount: Number(part[2]) };
  }
  return /^[0-9a-f-]{36}\.(json|parquet)$/.test(rest)
    ? { type: "v2Checkpoint", version }
    : undefined;
}

function padVersion(version: number): string {
  return String(version).padStart(20, "0");
}
