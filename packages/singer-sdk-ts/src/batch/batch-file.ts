import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

/** Fast and still five times smaller: these files live for seconds. */
const gzipLevel = 1;

/** One file of rows being written. */
export interface BatchFile {
  write(bytes: Buffer): Promise<void>;
  /** Resolves when every row is in the file. */
  close(): Promise<void>;
}

/** Bare records, one a line, compressed on their way when asked. */
export class JsonlFile implements BatchFile {
  readonly #head: NodeJS.WritableStream;
  readonly #written: Promise<void>;

  constructor(path: string, compression: "none" | "gzip") {
    const head = compression === "gzip" ? createGzip({ level: gzipLevel }) : new PassThrough();
    this.#head = head;
    this.#written = pipeline(head, createBatchFile(path));
    this.#written.catch(() => undefined);
  }

  async write(bytes: Buffer): Promise<void> {
    // A disk that is full ends the pipeline, and no drain comes any more.
    if (!this.#head.write(bytes)) await Promise.race([once(this.#head, "drain"), this.#written]);
  }

  async close(): Promise<void> {
    this.#head.end();
    await this.#written;
  }
}

/** A file that only this user reads: rows may be private, and the folder is often a shared one. */
export function createBatchFile(path: string): NodeJS.WritableStream {
  return createWriteStream(path, { flags: "wx", mode: 0o600 });
}
