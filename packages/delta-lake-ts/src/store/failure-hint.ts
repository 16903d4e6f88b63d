import { type CloudKind, REGION_MISSING, type StoreFailure } from "./put-outcome.ts";

/** Where each library looks for a login. */
const LOGINS: Readonly<Record<CloudKind, string>> = {
  s3: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or the role of the machine",
  azure:
    "AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, or a login of Azure's own",
  gcs: "GOOGLE_APPLICATION_CREDENTIALS, or the account of the machine",
};

/** What to look at when a store refuses or does not answer; undefined where its answer says no more. */
export function failureHint(kind: CloudKind, { status, code }: StoreFailure): string | undefined {
  if (code === REGION_MISSING) return "set AWS_REGION to the region of the bucket";
  if (code === "NoSuchBucket" || code === "ContainerNotFound")
    return "check the name of the bucket in the URL";
  if (status === 401 || status === 403 || /Credential|Authentication/.test(code))
    return `check the login (${LOGINS[kind]}), and what it may do in the bucket`;
  if (status === undefined && /^E[A-Z_]+$/.test(code))
    return "check the network, and the names in the URL";
  return undefined;
}
