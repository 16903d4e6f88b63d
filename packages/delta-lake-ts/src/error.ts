/** Every code a {@link DeltaError} can carry. Codes are stable: match them, never texts. */
export type DeltaErrorCode =
  | "E_COMMIT_CONFLICT"
  | "E_COMMIT_UNKNOWN"
  | "E_TABLE_FEATURE"
  | "E_CORRUPT_LOG"
  | "E_SCHEMA_MISMATCH"
  | "E_INVALID_COMMIT"
  | "E_STORE"
  | "E_STORE_NO_ATOMIC_CREATE"
  | "E_TABLE_NOT_FOUND"
  | "E_VERSION_NOT_FOUND"
  | "E_DATA_FILE";

/** Delta's own name of a commit conflict, as other engines spell it. */
export type ConflictName =
  | "ProtocolChanged"
  | "MetadataChanged"
  | "ConcurrentAppend"
  | "ConcurrentDeleteRead"
  | "ConcurrentDeleteDelete"
  | "ConcurrentTransaction";

/** What a user or a caller can cause or cure. Anything else thrown here is a plain `Error`: our own mistake. */
export class DeltaError extends Error {
  readonly code: DeltaErrorCode;
  /** What is safe to do next. */
  readonly hint: string | undefined;
  /** Set with E_COMMIT_CONFLICT only. */
  readonly conflict: ConflictName | undefined;

  constructor(
    code: DeltaErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown; conflict?: ConflictName } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "DeltaError";
    this.code = code;
    this.hint = options.hint;
    this.conflict = options.conflict;
  }
}

/** True when `error` is a {@link DeltaError} of this code, also across copies of the package. */
export function hasCode(error: unknown, code: DeltaErrorCode): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}
