import { DeltaError } from "../error.ts";
import type { ObjectStore } from "../store.ts";
import { CloudStore } from "./cloud.ts";
import type { ClientOptions, CloudClient } from "./cloud-client.ts";
import { LocalStore } from "./local.ts";
import { parseLocation } from "./location.ts";
import type { CloudKind } from "./put-outcome.ts";

/** Where credentials come from. */
type Environment = Readonly<Record<string, string | undefined>>;

const LIBRARIES: Readonly<Record<CloudKind, string>> = {
  s3: "@aws-sdk/client-s3",
  azure: "@azure/storage-blob",
  gcs: "@google-cloud/storage",
};

/**
 * Spark's S3 log store puts commits without a condition, and Databricks arbitrates its own in a service that we cannot
 * see (delta.md §1.3, "Who else writes").
 */
const PLAIN_PUT_ENGINES = /^(?:Apache-Spark|Databricks-Runtime)\//;

/** One client per bucket, so that the tables of a run share connections and the probe. */
const clients = new WeakMap<Environment, Map<string, Promise<CloudClient>>>();

/**
 * Opens the folder of a table: a path, or a URL that starts with `s3://`, `abfss://`, `az://`, `gs://` or `file://`.
 * The cloud's client library is loaded at the first call; E_STORE names the install command when it is missing.
 */
export function openStore(url: string, options: { environment?: Environment } = {}): ObjectStore {
  const location = parseLocation(url);
  if (location.kind === "local") return new LocalStore(location.folder);
  const { kind, bucket, account, prefix } = location;
  const environment = options.environment ?? process.env;
  const connectOnce = (): Promise<CloudClient> => {
    const known = clients.get(environment) ?? new Map<string, Promise<CloudClient>>();
    clients.set(environment, known);
    const name = [kind, bucket, account ?? ""].join("/");
    const client = known.get(name) ?? connect(kind, { bucket, account, environment });
    known.set(name, client);
    return client;
  };
  const isTrusting = environment["DELTA_TRUST_OTHER_WRITERS"] === "true";
  return new CloudStore({
    name: `${kind} bucket ${bucket}`,
    prefix,
    connect: connectOnce,
    distrustedEngines: kind === "s3" && !isTrusting ? PLAIN_PUT_ENGINES : undefined,
  });
}

async function connect(kind: CloudKind, options: ClientOptions): Promise<CloudClient> {
  switch (kind) {
    case "s3": {
      const { connectS3 } = await import("./s3.ts");
      return connectS3(await installed(kind, import("@aws-sdk/client-s3")), options);
    }
    case "azure": {
      const { connectAzure } = await import("./azure.ts");
      return connectAzure(await installed(kind, import("@azure/storage-blob")), options);
    }
    case "gcs": {
      const { connectGcs } = await import("./gcs.ts");
      return connectGcs(await installed(kind, import("@google-cloud/storage")), options);
    }
  }
}

async function installed<T>(kind: CloudKind, library: Promise<T>): Promise<T> {
  try {
    return await library;
  } catch (cause) {
    throw new DeltaError("E_STORE", `cannot open a ${kind} store: ${LIBRARIES[kind]} is missing`, {
      hint: `run: npm install ${LIBRARIES[kind]}`,
      cause,
    });
  }
}
