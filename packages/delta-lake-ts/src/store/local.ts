import { randomUUID } from "node:crypto";
import { dirname, join, resolve, sep } from "node:path";
import { rangeBlob } from "../blob.ts";
import { DeltaError } from "../error.ts";
import type { BlobLike, ObjectMeta, ObjectStore } from "../store.ts";
import { type FileSystem, nodeFileSystem } from "./file-system.ts";

/** What `link()` answers where hard links do not exist: FUSE, UC volumes, some network mounts (delta.md §1.3). */
const NO_LINK = new Set(["ENOSYS", "EPERM", "EOPNOTSUPP", "ENOTSUP", "EXDEV", "EMLINK"]);

/** Files whose size is asked for together. */
const HEADS_AT_ONCE = 32;

/**
 * A table in a local folder. A commit is a temporary file, fsynced, linked to its final name, and the folder fsynced:
 * it is whole or absent after any crash, and two racing writers never both succeed.
 */
export class LocalStore implements ObjectStore {
  readonly #root: string;
  readonly #disk: FileSystem;

  constructor(rootFolder: string, options: { fileSystem?: FileSystem } = {}) {
    this.#root = resolve(rootFolder);
    this.#disk = options.fileSystem ?? nodeFileSystem;
  }

  /** Undefined for a disk that is not the machine's own. */
  get folder(): string | undefined {
    return this.#disk === nodeFileSystem ? this.#root : undefined;
  }

  async get(path: string, range?: { start: number; end: number }): Promise<Uint8Array | undefined> {
    const file = await absentAsUndefined(this.#disk.open(this.#absolute(path), "r"));
    if (file === undefined) return undefined;
    try {
      if (range === undefined) return await file.readFile();
      const bytes = new Uint8Array(range.end - range.start);
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await file.read(
          bytes,
          filled,
          bytes.length - filled,
          range.start + filled,
        );
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await file.close();
    }
  }

  async head(path: string): Promise<ObjectMeta | undefined> {
    const stats = await absentAsUndefined(this.#disk.stat(this.#absolute(path)));
    if (stats === undefined || !stats.isFile()) return undefined;
    return { path, sizeBytes: stats.size, modifiedMs: stats.mtimeMs };
  }

  async list(prefix: string, startAfter?: string): Promise<readonly ObjectMeta[]> {
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    const entries = await absentAsUndefined(this.#disk.readdir(this.#absolute(folder)));
    const paths: string[] = [];
    const rootLength = this.#root.endsWith(sep) ? this.#root.length : this.#root.length + 1;
    for (const entry of entries ?? []) {
      const parent = entry.parentPath.slice(rootLength).replaceAll(sep, "/");
      const path = parent === "" ? entry.name : `${parent}/${entry.name}`;
      const isAfter = startAfter === undefined || path > startAfter;
      if (isAfter && path.startsWith(prefix) && entry.isFile()) paths.push(path);
    }
    paths.sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    const found: (ObjectMeta | undefined)[] = [];
    for (let first = 0; first < paths.length; first += HEADS_AT_ONCE) {
      const some = paths.slice(first, first + HEADS_AT_ONCE);
      found.push(...(await Promise.all(some.map((path) => this.head(path)))));
    }
    return found.filter((meta) => meta !== undefined);
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = await this.#writeTemporary(path, bytes);
    try {
      await this.#disk.rename(temporary, this.#absolute(path));
    } catch (error) {
      await this.#disk.rm(temporary);
      throw storeError("replace", path, error);
    }
    await syncFolder(this.#disk, dirname(this.#absolute(path)));
    // Hadoop's local checksum of the old content would make Spark refuse the new one (delta.md §1.1).
    const name = path.slice(path.lastIndexOf("/") + 1);
    await this.#disk.rm(join(dirname(this.#absolute(path)), `.${name}.crc`));
  }

  async putIfAbsent(path: string, bytes: Uint8Array): Promise<"created" | "exists"> {
    const temporary = await this.#writeTemporary(path, bytes);
    try {
      try {
        await this.#disk.link(temporary, this.#absolute(path));
      } catch (error) {
        // NFS can answer with an error after it linked: two names on the file mean that it is ours.
        const stats = await this.#disk.stat(temporary);
        if (stats.nlink !== 2) {
          if (codeOf(error) === "EEXIST") return "exists";
          throw linkError(path, error);
        }
      }
      await syncFolder(this.#disk, dirname(this.#absolute(path)));
      return "created";
    } finally {
      await this.#disk.rm(temporary);
    }
  }

  async write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    const target = this.#absolute(path);
    await this.#makeFolder(dirname(target));
    const file = await this.#disk.open(target, "wx");
    let sizeBytes = 0;
    try {
      for await (const chunk of chunks) {
        await file.writeFile(chunk);
        sizeBytes += chunk.length;
      }
      await file.sync();
    } catch (error) {
      await file.close();
      await this.#disk.rm(target);
      throw error;
    }
    await file.close();
    await syncFolder(this.#disk, dirname(target));
    return sizeBytes;
  }

  async delete(path: string): Promise<void> {
    await this.#disk.rm(this.#absolute(path));
  }

  async move(from: string, to: string): Promise<void> {
    const target = this.#absolute(to);
    await this.#makeFolder(dirname(target));
    await this.#disk.rename(this.#absolute(from), target);
    await syncFolder(this.#disk, dirname(target));
    await syncFolder(this.#disk, dirname(this.#absolute(from)));
  }

  async openBlob(path: string): Promise<BlobLike | undefined> {
    const found = await this.head(path);
    return found === undefined ? undefined : rangeBlob(this, found);
  }

  async #writeTemporary(path: string, bytes: Uint8Array): Promise<string> {
    const folder = dirname(this.#absolute(path));
    const temporary = join(folder, `.${path.slice(path.lastIndexOf("/") + 1)}.${randomUUID()}.tmp`);
    try {
      await this.#makeFolder(folder);
      const file = await this.#disk.open(temporary, "wx");
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      await this.#disk.rm(temporary);
      throw storeError("write", path, error);
    }
    return temporary;
  }

  /** Makes the folder and, when it is new, fsyncs every folder that got a new entry, up to the first one that was there. */
  async #makeFolder(folder: string): Promise<void> {
    const firstMade = await this.#disk.mkdir(folder);
    if (firstMade === undefined) return;
    for (let made = folder; made.length >= firstMade.length; made = dirname(made)) {
      await syncFolder(this.#disk, dirname(made));
    }
  }

  #absolute(path: string): string {
    const parts = path.split("/");
    if (path.startsWith("/") || parts.includes("..")) {
      throw new DeltaError("E_STORE", `path ${path} leaves the table's folder`);
    }
    return join(this.#root, ...parts);
  }
}

async function absentAsUndefined<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

async function syncFolder(disk: FileSystem, folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await disk.open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

function linkError(path: string, cause: unknown): DeltaError {
  const code = codeOf(cause);
  if (typeof code === "string" && NO_LINK.has(code)) {
    return new DeltaError(
      "E_STORE_NO_ATOMIC_CREATE",
      `cannot commit ${path}: StoreLacksAtomicCreate, the file system answers ${code} to link()`,
      {
        hint: "keep the table on a local disk or an object store; mounted volumes cannot commit",
        cause,
      },
    );
  }
  return storeError("create", path, cause);
}

function storeError(what: string, path: string, cause: unknown): DeltaError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DeltaError("E_STORE", `cannot ${what} ${path}: ${reason}`, { cause });
}
