import { expect, test } from "@jest/globals";
import { putOutcome } from "./put-outcome.ts";

test.each([
  ["s3", 412, "PreconditionFailed", "exists"],
  ["s3", 409, "ConditionalRequestConflict", "retry"],
  ["s3", 409, "InvalidBucketState", "fatal"],
  ["s3", 400, "RequestTimeout", "retry"],
  ["s3", 400, "InvalidArgument", "fatal"],
  ["s3", 403, "AccessDenied", "fatal"],
  ["s3", 404, "NoSuchBucket", "fatal"],
  ["s3", 500, "InternalError", "unknown"],
  ["s3", 501, "NotImplemented", "fatal"],
  ["s3", 503, "SlowDown", "unknown"],
  ["s3", undefined, "ECONNRESET", "unknown"],
  ["s3", undefined, "CredentialsProviderError", "fatal"],
  ["azure", 409, "BlobAlreadyExists", "exists"],
  ["azure", 412, "ConditionNotMet", "exists"],
  ["azure", 412, "LeaseIdMissing", "fatal"],
  ["azure", 409, "BlobImmutableDueToPolicy", "fatal"],
  ["azure", 403, "AuthorizationFailure", "fatal"],
  ["azure", 503, "ServerBusy", "unknown"],
  ["azure", undefined, "ETIMEDOUT", "unknown"],
  ["gcs", 412, "conditionNotMet", "exists"],
  ["gcs", 429, "rateLimitExceeded", "unknown"],
  ["gcs", 408, "requestTimeout", "unknown"],
  ["gcs", 403, "forbidden", "fatal"],
  ["gcs", 502, "badGateway", "unknown"],
] as const)(
  "bug 4: %s answers a conditional create with %s %s: %s",
  (kind, status, code, outcome) => {
    expect(putOutcome(kind, { status, code })).toBe(outcome);
  },
);
