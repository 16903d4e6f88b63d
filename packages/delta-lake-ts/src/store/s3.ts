import type { S3Client } from "@aws-sdk/client-s3";
import type { ObjectMeta } from "../store.ts";
import {
  type ClientOptions,
  type CloudClient,
  codeText,
  PART_BYTES,
  PARTS_AT_ONCE,
  property,
} from "./cloud-client.ts";
import { REGION_MISSING } from "./put-outcome.ts";

type S3Library = typeof import("@aws-sdk/client-s3");

/** Connects to S3, or to what speaks its language at AWS_ENDPOINT_URL. */
export function connectS3(library: S3Library, { bucket, environment }: ClientOptions): CloudClient {
  const endpoint = environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"];
  const region = environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"];
  const credentials = givenCredentials(environment);
  const isRegionKnown =
    region !== undefined || (endpoint === undefined && credentials === undefined);
  const client = new library.S3Client({
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    // Who hands out credentials does not say where the bucket is: S3 itself does.
    ...(isRegionKnown ? {} : { region: "us-east-1", followRegionRedirects: true }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  const at = (key: string): { Bucket: string; Key: string } => ({ Bucket: bucket, Key: key });
  return {
    kind: "s3",
    async get(key, range) {
      const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end - 1}`;
      const { Body } = await client.send(new library.GetObjectCommand({ ...at(key), Range }));
      return Body === undefined ? new Uint8Array() : await Body.transformToByteArray();
    },
    async head(key) {
      const found = await client.send(new library.HeadObjectCommand(at(key)));
      return {
        sizeBytes: found.ContentLength ?? 0,
        modifiedMs: found.LastModified?.getTime() ?? 0,
      };
    },
    async *list(prefix, startAfter): AsyncGenerator<ObjectMeta> {
      const pages = library.paginateListObjectsV2(
        { client },
        { Bucket: bucket, Prefix: prefix, StartAfter: startAfter },
      );
      for await (const { Contents = [] } of pages) {
        for (const { Key = "", Size = 0, LastModified } of Contents) {
          yield { path: Key, sizeBytes: Size, modifiedMs: LastModified?.getTime() ?? 0 };
        }
      }
    },
    async put(key, bytes, { isConditional }) {
      const IfNoneMatch = isConditional ? "*" : undefined;
      await client.send(new library.PutObjectCommand({ ...at(key), Body: bytes, IfNoneMatch }));
    },
    upload: (key, chunks) => uploadParts({ library, client, at: at(key) }, chunks),
    async copy(from, to) {
      const CopySource = `${bucket}/${from.split("/").map(encodeURIComponent).join("/")}`;
      await client.send(new library.CopyObjectCommand({ ...at(to), CopySource }));
    },
    async delete(key) {
      await client.send(new library.DeleteObjectCommand(at(key)));
    },
    failureOf: (error) => {
      const status = property(property(error, "$metadata"), "httpStatusCode");
      const name = property(error, "name");
      // An error without a name of its own.
      const isRegionMissing = property(error, "message") === "Region is missing";
      const own = isRegionMissing ? REGION_MISSING : undefined;
      return {
        status: typeof status === "number" ? status : undefined,
        code: codeText(property(error, "code"), name === "Error" ? own : name),
      };
    },
  };
}

/** Credentials of an environment that is not the process's: the library looks at that one itself, and at much else. */
function givenCredentials(environment: ClientOptions["environment"]) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (environment === process.env || accessKeyId === undefined || secretAccessKey === undefined)
    return undefined;
  const sessionToken = environment["AWS_SESSION_TOKEN"];
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

interface Upload {
  readonly library: S3Library;
  readonly client: S3Client;
  readonly at: { readonly Bucket: string; readonly Key: string };
}

async function uploadParts(
  { library, client, at }: Upload,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { UploadId } = await client.send(new library.CreateMultipartUploadCommand(at));
  const done: { PartNumber: number; ETag: string | undefined }[] = [];
  let running: Promise<void>[] = [];
  const send = async (PartNumber: number, Body: Uint8Array): Promise<void> => {
    const part = { ...at, UploadId, PartNumber, Body };
    const { ETag } = await client.send(new library.UploadPartCommand(part));
    done.push({ PartNumber, ETag });
  };
  try {
    let partNumber = 1;
    for await (const part of parts(chunks)) {
      running.push(send(partNumber, part));
      partNumber += 1;
      if (running.length < PARTS_AT_ONCE) continue;
      await Promise.all(running);
      running = [];
    }
    await Promise.all(running);
    const Parts = done.toSorted((left, right) => left.PartNumber - right.PartNumber);
    const MultipartUpload = { Parts };
    await client.send(
      new library.CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }),
    );
  } catch (error) {
    await Promise.allSettled(running);
    // Best effort: the error that is told is the first one; leftovers go by the bucket's lifecycle rule.
    await client
      .send(new library.AbortMultipartUploadCommand({ ...at, UploadId }))
      .catch(() => undefined);
    throw error;
  }
}

/** Joins chunks to parts of {@link PART_BYTES}; only the last one is smaller. */
async function* parts(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let part = new Uint8Array(PART_BYTES);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let taken = 0; taken < chunk.length; ) {
      const piece = chunk.subarray(taken, taken + PART_BYTES - filled);
      part.set(piece, filled);
      filled += piece.length;
      taken += piece.length;
      if (filled < PART_BYTES) continue;
      yield part;
      part = new Uint8Array(PART_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}
