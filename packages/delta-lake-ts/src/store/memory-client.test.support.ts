import type { CloudClient } from "./cloud-client.ts";
import { MemoryStore } from "./memory.ts";
import type { CloudKind, StoreFailure } from "./put-outcome.ts";

/** What the client throws: the store's answer, as {@link CloudClient.failureOf} gives it back. */
class AnswerError extends Error {
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure) {
    super(failure.code);
    this.failure = failure;
  }
}

/** A bucket in memory behind the calls of a cloud's client. */
export class MemoryClient implements CloudClient {
  readonly kind: CloudKind;
  readonly objects = new MemoryStore();
  /** Answers to the next conditional creates of a commit, before they are carried out. */
  readonly answers: StoreFailure[] = [];
  readonly #ignoresConditions: boolean;

  constructor(kind: CloudKind, options: { ignoresConditions?: boolean } = {}) {
    this.kind = kind;
    this.#ignoresConditions = options.ignoresConditions === true;
  }

  async get(key: string, range?: { start: number; end: number }): Promise<Uint8Array> {
    const bytes = await this.objects.get(key, range);
    if (bytes === undefined) throw new AnswerError({ status: 404, code: "NoSuchKey" });
    return bytes;
  }

  async head(key: string): Promise<{ sizeBytes: number; modifiedMs: number }> {
    const found = await this.objects.head(key);
    if (found === undefined) throw new AnswerError({ status: 404, code: "NotFound" });
    return found;
  }

  async *list(prefix: string): AsyncGenerator<{
    path: string;
    sizeBytes: number;
    modifiedMs: number;
  }> {
    yield* await this.objects.list(prefix);
  }

  async put(
    key: string,
    bytes: Uint8Array,
    { isConditional }: { isConditional: boolean },
  ): Promise<void> {
    const answer = key.includes("_delta_log/") && isConditional ? this.answers.shift() : undefined;
    if (answer !== undefined) throw new AnswerError(answer);
    if (!isConditional || this.#ignoresConditions) await this.objects.put(key, bytes);
    else if ((await this.objects.putIfAbsent(key, bytes)) === "exists") {
      throw new AnswerError(EXISTS[this.kind]);
    }
  }

  async upload(key: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    await this.objects.write(key, chunks);
  }

  async copy(from: string, to: string): Promise<void> {
    await this.objects.put(to, await this.get(from));
  }

  async delete(key: string): Promise<void> {
    await this.objects.delete(key);
  }

  failureOf(error: unknown): StoreFailure {
    return error instanceof AnswerError ? error.failure : { status: undefined, code: "unknown" };
  }
}

const EXISTS: Readonly<Record<CloudKind, StoreFailure>> = {
  s3: { status: 412, code: "PreconditionFailed" },
  azure: { status: 409, code: "BlobAlreadyExists" },
  gcs: { status: 412, code: "conditionNotMet" },
};
