import { createHash } from "node:crypto";
import { type Log, type State, UserError } from "singer-sdk-ts";
import { streamId } from "./discover.ts";
import type { PagePlace } from "./read-pages.ts";
import type { RestStream } from "./stream.ts";

/** Refusals after which an old page token is of no more use. */
const refusals = new Set(["E_HTTP_STATUS", "E_NOT_FOUND"]);

/**
 * The place in a full reading that a broken run left in the state: the next page's token, with a fingerprint of what was
 * asked for, as page 7 is another page once the page size is another one.
 */
export class Resume {
  readonly #state: State;
  readonly #stream: RestStream;
  readonly #log: Log;

  constructor(stream: RestStream, state: State, log: Log) {
    this.#stream = stream;
    this.#state = state;
    this.#log = log;
  }

  /** The page to go on from; undefined to start at the first one. */
  get place(): PagePlace | undefined {
    const bookmark = this.#state.bookmark(streamId(this.#stream.name));
    const token = bookmark?.["page_token"];
    const recordCount = bookmark?.["record_count"];
    if (typeof token !== "string" && typeof token !== "number") return undefined;
    if (bookmark?.["request_hash"] === this.#fingerprint() && typeof recordCount === "number")
      return { token, recordCount };
    this.#log.warn("resume_dropped", {
      stream: this.#stream.name,
      reason: "path, params, body or pagination changed since the run that broke off",
    });
    return undefined;
  }

  /** All pages before `place` are written; without a place the reading is whole. */
  move(place: PagePlace | undefined): void {
    const bookmark =
      place === undefined
        ? {}
        : {
            page_token: place.token,
            record_count: place.recordCount,
            request_hash: this.#fingerprint(),
          };
    this.#state.setBookmark(streamId(this.#stream.name), bookmark);
  }

  /** Reads on from the place; an API that has forgotten it is read from the first page on. */
  async *read<T>(open: (place: PagePlace | undefined) => AsyncGenerator<T>): AsyncGenerator<T> {
    const { place } = this;
    if (place === undefined) {
      yield* open(undefined);
      return;
    }
    this.#log.info("resumed", { stream: this.#stream.name, records: place.recordCount });
    const pages = open(place);
    let first: IteratorResult<T>;
    try {
      first = await pages.next();
    } catch (error) {
      if (!(error instanceof UserError) || !refusals.has(error.code)) throw error;
      this.#log.warn("resume_refused", { stream: this.#stream.name, code: error.code });
      yield* open(undefined);
      return;
    }
    if (first.done !== true) yield first.value;
    yield* pages;
  }

  #fingerprint(): string {
    const { base, path, params, method, body, pagination } = this.#stream;
    const asked = JSON.stringify([base.href, path, params, method, body, pagination]);
    return createHash("sha256").update(asked).digest("hex").slice(0, 16);
  }
}

/** A full reading can go on in the middle when one request's pages are all of it; throws E_SETTING otherwise. */
export function checkResumable(stream: RestStream): void {
  if (!stream.isResumable) return;
  const { replicationKey, parent, partitions, pagination } = stream;
  const obstacle =
    (replicationKey !== undefined && "replication_key, whose bookmark it goes by") ||
    (parent !== undefined && "parent") ||
    (partitions.length > 0 && "partitions") ||
    (pagination.style === "auto" && "pagination.style auto");
  if (obstacle === false) return;
  throw new UserError(
    "E_SETTING",
    `stream ${stream.name}: resumable does not go with ${obstacle}`,
    { hint: "take resumable out", exitCode: 2 },
  );
}
