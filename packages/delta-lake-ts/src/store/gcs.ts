import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ObjectMeta } from "../store.ts";
import {
  type ClientOptions,
  type CloudClient,
  codeText,
  PART_BYTES,
  property,
} from "./cloud-client.ts";

type GcsLibrary = typeof import("@google-cloud/storage");

/** Connects to Google Cloud Storage, or to an emulator at STORAGE_EMULATOR_HOST. */
export function connectGcs(
  library: GcsLibrary,
  { bucket, environment }: ClientOptions,
): CloudClient {
  const emulator = environment["STORAGE_EMULATOR_HOST"];
  const token = environment["GOOGLE_OAUTH_ACCESS_TOKEN"];
  const login = token === undefined ? {} : withToken(library, token);
  const storage = new library.Storage(
    emulator === undefined ? login : { apiEndpoint: emulator, projectId: "emulator" },
  );
  // The library takes the variable as the whole base of its URLs, unlike Google's other libraries and its own uploads.
  if (emulator !== undefined) storage.baseUrl = `${storage.apiEndpoint}/storage/v1`;
  const objects = storage.bucket(bucket);
  return {
    kind: "gcs",
    async get(key, range) {
      // Both ends are inclusive.
      const part = range === undefined ? {} : { start: range.start, end: range.end - 1 };
      const [bytes] = await objects.file(key).download({ ...part, decompress: false });
      return bytes;
    },
    async head(key) {
      const [found] = await objects.file(key).getMetadata();
      return { sizeBytes: Number(found.size ?? 0), modifiedMs: Date.parse(found.updated ?? "") };
    },
    async *list(prefix, startAfter): AsyncGenerator<ObjectMeta> {
      const query = { prefix, ...(startAfter === undefined ? {} : { startOffset: startAfter }) };
      for await (const file of objects.getFilesStream(query)) {
        const { name, metadata } = file as import("@google-cloud/storage").File; // By the library's contract.
        const modifiedMs = Date.parse(metadata.updated ?? "");
        yield { path: name, sizeBytes: Number(metadata.size ?? 0), modifiedMs };
      }
    },
    async put(key, bytes, { isConditional }) {
      const preconditionOpts = isConditional ? { ifGenerationMatch: 0 } : {};
      await objects.file(key).save(Buffer.from(bytes), { resumable: false, preconditionOpts });
    },
    async upload(key, chunks) {
      const target = objects
        .file(key)
        .createWriteStream({ resumable: true, chunkSize: PART_BYTES });
      await pipeline(Readable.from(chunks), target);
    },
    async copy(from, to) {
      await objects.file(from).copy(objects.file(to));
    },
    async delete(key) {
      await objects.file(key).delete({ ignoreNotFound: true });
    },
    failureOf: (error) => {
      const code = property(error, "code");
      const status = property(error, "status") ?? code;
      const first = property(property(error, "errors"), "0");
      return {
        status: typeof status === "number" ? status : undefined,
        code: codeText(property(first, "reason"), code, property(error, "name")),
      };
    },
  };
}

/** A login that is a token alone, and is not renewed here. The library makes it: its own dependencies are not ours. */
function withToken(library: GcsLibrary, token: string) {
  const nobody = { client_id: "-", client_secret: "-", refresh_token: "-" };
  const { authClient: auth } = new library.Storage({ projectId: "-" });
  const authClient = auth.fromJSON({ type: "authorized_user", ...nobody });
  authClient.setCredentials({ access_token: token });
  return { authClient, projectId: "-" };
}
