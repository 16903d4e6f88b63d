import { randomUUID } from "node:crypto";
import { bytesBlob, rangeBlob } from "../blob.ts";
import { DeltaError } from "../error.ts";
import { LAST_CHECKPOINT_PATH } from "../log-path.ts";
import { type Runtime, systemRuntime } from "../runtime.ts";
import { type BlobLike, type ObjectMeta, type ObjectStore, UnclearPutError } from "../store.ts";
import { type CloudClient, PART_BYTES } from "./cloud-client.ts";
import { failureHint } from "./failure-hint.ts";
import { putOutcome, type StoreFailure } from "./put-outcome.ts";

/** One request for all of it takes less time than several for its parts. */
const SMALL_BYTES = 1024 * 1024;

/** Google takes one write a second of one name, and answers 429 to more (delta.md §1.3). */
const RATE_LIMIT_MS = 1000;

/** Buckets, by their client, whose conditional create was tried once in this process. */
const probed = new WeakMap<CloudClient, Promise<void>>();

/** A table in a bucket. A commit is one conditional PUT: it is whole or absent, and of two racing writers one wins. */
export class CloudStore implements ObjectStore {
  readonly distrustedEngines: RegExp | undefined;
  readonly #name: string;
  readonly #prefix: string;
  readonly #connect: () => Promise<CloudClient>;
  readonly #runtime: Pick<Runtime, "now" | "sleep">;
  /** When each name was last written over, where the store limits that. */
  readonly #overwrittenMs = new Map<string, number>();

  /** `name` stands in errors, `prefix` before every key; the client is asked for at the first call. */
  constructor(options: {
    name: string;
    prefix: string;
    connect: () => Promise<CloudClient>;
    distrustedEngines?: RegExp | undefined;
    runtime?: Pick<Runtime, "now" | "sleep">;
  }) {
    this.distrustedEngines = options.distrustedEngines;
    this.#name = options.name;
    this.#prefix = options.prefix === "" ? "" : `${options.prefix}/`;
    this.#connect = options.connect;
    this.#runtime = options.runtime ?? systemRuntime;
  }

  async get(path: string, range?: { start: number; end: number }): Promise<Uint8Array | undefined> {
    if (range !== undefined && range.end <= range.start) return new Uint8Array();
    const client = await this.#connect();
    return await this.#absentAsUndefined(client, path, client.get(this.#key(path), range));
  }

  async head(path: string): Promise<ObjectMeta | undefined> {
    const client = await this.#connect();
    const found = await this.#absentAsUndefined(client, path, client.head(this.#key(path)));
    return found === undefined ? undefined : { path, ...found };
  }

  async list(prefix: string, startAfter?: string): Promise<readonly ObjectMeta[]> {
    const client = await this.#connect();
    const after = startAfter === undefined ? undefined : this.#key(startAfter);
    const found: ObjectMeta[] = [];
    try {
      for await (const meta of client.list(this.#key(prefix), after)) {
        const isAfter = after === undefined || compareUtf8(meta.path, after) > 0;
        if (isAfter) found.push({ ...meta, path: meta.path.slice(this.#prefix.length) });
      }
    } catch (error) {
      throw this.#error(client, `list ${prefix}`, error);
    }
    return found.toSorted((left, right) => compareUtf8(left.path, right.path));
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    const client = await this.#connect();
    if (client.kind === "gcs") await this.#waitForTurn(path);
    try {
      await client.put(this.#key(path), bytes, { isConditional: false });
    } catch (error) {
      throw this.#error(client, `write ${path}`, error);
    }
  }

  async putIfAbsent(path: string, bytes: Uint8Array): Promise<"created" | "exists"> {
    const client = await this.#connect();
    let probe = probed.get(client);
    if (probe === undefined) {
      probe = this.#probe(client);
      probed.set(client, probe);
      // A probe that failed is tried again by the next commit; this one is told by the await below.
      probe.catch(() => probed.delete(client));
    }
    await probe;
    return await this.#create(client, path, bytes);
  }

  /** Small objects are fetched whole, of large ones only the ranges that are read. */
  async openBlob(path: string): Promise<BlobLike | undefined> {
    const found = await this.head(path);
    if (found === undefined) return undefined;
    if (found.sizeBytes > SMALL_BYTES) return rangeBlob(this, found);
    const bytes = await this.get(path);
    return bytes === undefined ? undefined : bytesBlob(bytes);
  }

  async write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    const client = await this.#connect();
    let sizeBytes = 0;
    const first: Uint8Array[] = [];
    const source = chunks[Symbol.asyncIterator]();
    let next = await source.next();
    while (next.done !== true && sizeBytes + next.value.length <= PART_BYTES) {
      // A copy: the one who made the chunk may use it again.
      first.push(next.value.slice());
      sizeBytes += next.value.length;
      next = await source.next();
    }
    if (next.done === true) {
      await this.put(path, Buffer.concat(first));
      return sizeBytes;
    }
    const rest = async function* (): AsyncGenerator<Uint8Array> {
      yield* first;
      for (; next.done !== true; next = await source.next()) {
        sizeBytes += next.value.length;
        yield next.value.slice();
      }
    };
    try {
      await client.upload(this.#key(path), rest());
    } catch (error) {
      throw this.#error(client, `write ${path}`, error);
    }
    return sizeBytes;
  }

  async delete(path: string): Promise<void> {
    const client = await this.#connect();
    try {
      await client.delete(this.#key(path));
    } catch (error) {
      throw this.#error(client, `delete ${path}`, error);
    }
  }

  async move(from: string, to: string): Promise<void> {
    const client = await this.#connect();
    try {
      await client.copy(this.#key(from), this.#key(to));
      await client.delete(this.#key(from));
    } catch (error) {
      throw this.#error(client, `move ${from}`, error);
    }
  }

  /** Waits until the name was left alone for as long as Google wants; only `_last_checkpoint` is written again and again. */
  async #waitForTurn(path: string): Promise<void> {
    const lastMs = this.#overwrittenMs.get(path);
    const waitMs = lastMs === undefined ? 0 : lastMs + RATE_LIMIT_MS - this.#runtime.now();
    if (waitMs > 0) await this.#runtime.sleep(Math.min(waitMs, RATE_LIMIT_MS));
    if (path === LAST_CHECKPOINT_PATH) this.#overwrittenMs.set(path, this.#runtime.now());
  }

  async #create(
    client: CloudClient,
    path: string,
    bytes: Uint8Array,
  ): Promise<"created" | "exists"> {
    try {
      await client.put(this.#key(path), bytes, { isConditional: true });
      return "created";
    } catch (error) {
      const failure = client.failureOf(error);
      const outcome = putOutcome(client.kind, failure);
      if (outcome === "exists") return "exists";
      if (outcome === "fatal") throw this.#error(client, `create ${path}`, error);
      throw this.#unclear(path, failure);
    }
  }

  /** Some stores take the condition and ignore it: two of them on one key must not both win (delta.md §1.3). */
  async #probe(client: CloudClient): Promise<void> {
    const path = `_delta_probe/${randomUUID()}`;
    const bytes = new TextEncoder().encode("probe");
    await this.#create(client, path, bytes);
    const second = await this.#create(client, path, bytes);
    await this.delete(path);
    if (second === "exists") return;
    throw new DeltaError(
      "E_STORE_NO_ATOMIC_CREATE",
      `cannot commit to ${this.#name}: StoreLacksAtomicCreate, it ignores the condition of a create`,
      {
        hint: "use a store that honours If-None-Match: two writers would overwrite each other here",
      },
    );
  }

  async #absentAsUndefined<T>(
    client: CloudClient,
    path: string,
    result: Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await result;
    } catch (error) {
      const { status, code } = client.failureOf(error);
      // Absent is only the object: a bucket that is not there is trouble.
      if (status === 404 && code !== "NoSuchBucket" && code !== "ContainerNotFound")
        return undefined;
      throw this.#error(client, `read ${path}`, error);
    }
  }

  /** Not E_STORE: the committer reads back and tries again until its deadline. */
  #unclear(path: string, { status, code }: StoreFailure): UnclearPutError {
    const retryAfterMs = status === 429 ? RATE_LIMIT_MS : 0;
    return new UnclearPutError(`no clear answer to creating ${path} in ${this.#name}: ${code}`, {
      retryAfterMs,
    });
  }

  /** Carries no cause: the libraries' errors hold the request with its signature. */
  #error(client: CloudClient, action: string, error: unknown): Error {
    if (error instanceof DeltaError) return error;
    const failure = client.failureOf(error);
    const { status, code } = failure;
    const answer = status === undefined ? code : `${code} (${status})`;
    const hint = failureHint(client.kind, failure);
    const options = hint === undefined ? {} : { hint };
    return new DeltaError("E_STORE", `cannot ${action} in ${this.#name}: ${answer}`, options);
  }

  #key(path: string): string {
    if (path.startsWith("/") || path.split("/").includes("..")) {
      throw new DeltaError("E_STORE", `path ${path} leaves the table's folder`);
    }
    return this.#prefix + path;
  }
}

function compareUtf8(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
