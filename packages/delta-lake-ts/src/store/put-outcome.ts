/** Our name of a failure that the S3 library has none for. */
export const REGION_MISSING = "RegionMissing";

/** The kinds of cloud store. */
export type CloudKind = "s3" | "azure" | "gcs";

/** What a store answered instead of success. */
export interface StoreFailure {
  /** The HTTP status; absent when no answer came. */
  readonly status: number | undefined;
  /** The store's own name of the error, never its text: texts may carry secrets. */
  readonly code: string;
}

/**
 * What a failed conditional create means. `retry`: nothing landed, the same bytes may go again. `unknown`: it may have
 * landed, read it back. `fatal`: nothing landed, and trying again does not help.
 */
export type PutOutcome = "exists" | "retry" | "unknown" | "fatal";

/** Azure's names of "this blob is there"; other 409s and 412s are leases, holds and blob types. */
const AZURE_EXISTS = new Set(["BlobAlreadyExists", "ConditionNotMet", "TargetConditionNotMet"]);

/** Sorts the failure of a conditional create (delta.md §1.3). */
export function putOutcome(kind: CloudKind, { status, code }: StoreFailure): PutOutcome {
  if (kind === "azure" && (status === 409 || status === 412)) {
    return AZURE_EXISTS.has(code) ? "exists" : "fatal";
  }
  if (status === 412) return "exists";
  if (kind === "s3" && status === 409) {
    return code === "ConditionalRequestConflict" || code === "OperationAborted" ? "retry" : "fatal";
  }
  // S3 names a body that came too slowly so; it stores only whole bodies.
  if (kind === "s3" && status === 400 && code === "RequestTimeout") return "retry";
  // No status: either no answer, or no request because there are no credentials, or no region.
  if (status === undefined)
    return code.includes("Credentials") || code === REGION_MISSING ? "fatal" : "unknown";
  if (status === 408 || status === 429 || status >= 500)
    return status === 501 ? "fatal" : "unknown";
  return "fatal";
}
