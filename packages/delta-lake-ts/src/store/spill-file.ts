import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Bytes in a spill file. */
export interface Segment {
  readonly start: number;
  readonly sizeBytes: number;
}

/**
 * A temporary file for what does not fit into memory: appended to, read by segments, gone after {@link close}. Where the
 * system allows it, its name is deleted at once, so that a killed process leaves nothing behind.
 */
export class SpillFile {
  readonly #file: FileHandle;
  readonly #folder: string;
  #sizeBytes = 0;

  private constructor(file: FileHandle, folder: string) {
    this.#file = file;
    this.#folder = folder;
  }

  /** Makes one in a folder of its own below `parent`, which only this user can read; default: the system's. */
  static async create(parent = tmpdir()): Promise<SpillFile> {
    const folder = await mkdtemp(join(parent, "delta-lake-ts-"));
    const file = await open(join(folder, "spill"), "wx+", 0o600);
    if (process.platform !== "win32") await rm(folder, { recursive: true });
    return new SpillFile(file, folder);
  }

  async append(bytes: Uint8Array): Promise<Segment> {
    const segment = { start: this.#sizeBytes, sizeBytes: bytes.byteLength };
    this.#sizeBytes += bytes.byteLength;
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(
        bytes,
        written,
        bytes.length - written,
        segment.start + written,
      );
      written += bytesWritten;
    }
    return segment;
  }

  /** The segment in a buffer of its own. */
  async read({ start, sizeBytes }: Segment): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(sizeBytes);
    for (let filled = 0; filled < sizeBytes; ) {
      const { bytesRead } = await this.#file.read(
        bytes,
        filled,
        sizeBytes - filled,
        start + filled,
      );
      if (bytesRead === 0) throw new Error("a spill file is shorter than what was written to it");
      filled += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#file.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
