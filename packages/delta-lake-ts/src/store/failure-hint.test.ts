import { expect, test } from "@jest/globals";
import { failureHint } from "./failure-hint.ts";
import type { CloudKind, StoreFailure } from "./put-outcome.ts";

test.each<[CloudKind, StoreFailure, string]>([
  ["s3", { status: undefined, code: "RegionMissing" }, "set AWS_REGION"],
  ["s3", { status: undefined, code: "CredentialsProviderError" }, "AWS_ACCESS_KEY_ID"],
  ["s3", { status: 403, code: "AccessDenied" }, "what it may do in the bucket"],
  ["azure", { status: undefined, code: "AggregateAuthenticationError" }, "AZURE_STORAGE_KEY"],
  ["azure", { status: 404, code: "ContainerNotFound" }, "name of the bucket"],
  ["gcs", { status: 401, code: "authError" }, "GOOGLE_APPLICATION_CREDENTIALS"],
  ["gcs", { status: undefined, code: "ENOTFOUND" }, "check the network"],
])("%s and %j: %s", (kind, failure, part) => {
  expect(failureHint(kind, failure)).toContain(part);
});

test("an answer that says no more has no hint", () => {
  expect(failureHint("s3", { status: 503, code: "SlowDown" })).toBeUndefined();
});
