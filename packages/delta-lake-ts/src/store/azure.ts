import { Readable } from "node:stream";
import type { TokenCredential } from "@azure/identity";
import type { ContainerClient } from "@azure/storage-blob";
import { DeltaError } from "../error.ts";
import type { ObjectMeta } from "../store.ts";
import {
  type ClientOptions,
  type CloudClient,
  codeText,
  PART_BYTES,
  PARTS_AT_ONCE,
  property,
} from "./cloud-client.ts";

type AzureLibrary = typeof import("@azure/storage-blob");

/** Connects to Azure's blob endpoint, which also serves ADLS Gen2: only it creates a blob in one step. */
export async function connectAzure(
  library: AzureLibrary,
  options: ClientOptions,
): Promise<CloudClient> {
  const container = await openContainer(library, options);
  return {
    kind: "azure",
    async get(key, range) {
      const blob = container.getBlobClient(key);
      return range === undefined
        ? await blob.downloadToBuffer()
        : await readAll(await blob.download(range.start, range.end - range.start));
    },
    async head(key) {
      const found = await container.getBlobClient(key).getProperties();
      return {
        sizeBytes: found.contentLength ?? 0,
        modifiedMs: found.lastModified?.getTime() ?? 0,
      };
    },
    async *list(prefix): AsyncGenerator<ObjectMeta> {
      const blobs = container.listBlobsFlat({ prefix, includeMetadata: true });
      for await (const { name, properties, metadata } of blobs) {
        // ADLS shows folders as empty blobs.
        if (metadata?.["hdi_isfolder"] === "true") continue;
        const modifiedMs = properties.lastModified.getTime();
        yield { path: name, sizeBytes: properties.contentLength ?? 0, modifiedMs };
      }
    },
    async put(key, bytes, { isConditional }) {
      const conditions = isConditional ? { ifNoneMatch: "*" } : {};
      await container
        .getBlockBlobClient(key)
        .upload(Buffer.from(bytes), bytes.length, { conditions });
    },
    async upload(key, chunks) {
      const blob = container.getBlockBlobClient(key);
      await blob.uploadStream(Readable.from(chunks), PART_BYTES, PARTS_AT_ONCE);
    },
    async copy(from, to) {
      // Through this process: a copy by the service needs a signed URL of the source.
      const bytes = await container.getBlobClient(from).downloadToBuffer();
      await container.getBlockBlobClient(to).uploadData(bytes);
    },
    async delete(key) {
      await container.getBlobClient(key).deleteIfExists();
    },
    failureOf: (error) => {
      const status = property(error, "statusCode");
      return {
        status: typeof status === "number" ? status : undefined,
        code: codeText(property(error, "code"), property(error, "name")),
      };
    },
  };
}

async function openContainer(
  library: AzureLibrary,
  { bucket, account, environment }: ClientOptions,
): Promise<ContainerClient> {
  const connection = environment["AZURE_STORAGE_CONNECTION_STRING"];
  if (connection !== undefined) return new library.ContainerClient(connection, bucket);
  const name = account ?? environment["AZURE_STORAGE_ACCOUNT"];
  const key = environment["AZURE_STORAGE_KEY"];
  const sas = environment["AZURE_STORAGE_SAS_TOKEN"];
  if (name === undefined) {
    throw new DeltaError("E_STORE", `cannot open container ${bucket}: no Azure account is named`, {
      hint: "set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN",
    });
  }
  const url = `https://${name}.blob.core.windows.net/${bucket}`;
  if (key !== undefined) {
    return new library.ContainerClient(url, new library.StorageSharedKeyCredential(name, key));
  }
  if (sas !== undefined) return new library.ContainerClient(`${url}?${sas.replace(/^\?/, "")}`);
  return new library.ContainerClient(url, await identity(bucket));
}

/** The identity that Azure gives this machine or login, where neither a key nor a token is set. */
async function identity(container: string): Promise<TokenCredential> {
  try {
    const { DefaultAzureCredential } = await import("@azure/identity");
    return new DefaultAzureCredential();
  } catch (cause) {
    throw new DeltaError(
      "E_STORE",
      `cannot open container ${container}: neither a key nor a token is set, and @azure/identity is missing`,
      {
        hint: "set AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN; or, for a managed identity, run: npm install @azure/identity",
        cause,
      },
    );
  }
}

async function readAll({
  readableStreamBody,
}: {
  readonly readableStreamBody?: NodeJS.ReadableStream;
}): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of readableStreamBody ?? []) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
