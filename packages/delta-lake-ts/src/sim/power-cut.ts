import { basename, dirname } from "node:path/posix";
import type { FileSystem, OpenedFile } from "../store/file-system.ts";
import { Random } from "./random.ts";

/** A file's content: what the page cache has, and what the disk has. */
interface Inode {
  cached: Uint8Array;
  durable: Uint8Array | undefined;
  links: number;
}

/** A folder's entries: names as the running system sees them, and as the disk has them. */
interface Folder {
  readonly cached: Map<string, Inode | Folder>;
  durable: Map<string, Inode | Folder>;
}

/**
 * A disk that keeps only what was fsynced for certain: a file's bytes by its own fsync, a name by the fsync of its
 * folder. After `operationsMax` operations the power is gone: every further call fails. {@link afterPowerCut} is what is
 * found then: of what was not fsynced, a subset that the seed picks, with files whole, torn or empty.
 */
export class PowerCutDisk implements FileSystem {
  operationCount = 0;
  readonly #operationsMax: number;
  readonly #root: Folder;

  constructor(operationsMax = Number.POSITIVE_INFINITY, root: Folder = folder()) {
    this.#operationsMax = operationsMax;
    this.#root = root;
  }

  async open(path: string, flags: "r" | "wx"): Promise<OpenedFile> {
    this.#tick();
    if (flags === "r") return this.#handle(this.#find(path));
    const parent = this.#parent(path);
    if (parent.cached.has(basename(path))) throw failure("EEXIST", path);
    const inode: Inode = { cached: new Uint8Array(), durable: undefined, links: 1 };
    parent.cached.set(basename(path), inode);
    return this.#handle(inode);
  }

  async link(existing: string, path: string): Promise<void> {
    this.#tick();
    const found = this.#find(existing);
    const parent = this.#parent(path);
    if (isFolder(found)) throw failure("EPERM", path);
    if (parent.cached.has(basename(path))) throw failure("EEXIST", path);
    parent.cached.set(basename(path), found);
    found.links += 1;
  }

  async mkdir(path: string): Promise<string | undefined> {
    this.#tick();
    let first: string | undefined;
    let place = this.#root;
    let walked = "";
    for (const name of path.split("/").filter((part) => part !== "")) {
      walked += `/${name}`;
      let next = place.cached.get(name);
      if (next === undefined) {
        next = folder();
        place.cached.set(name, next);
        first ??= walked;
      }
      if (!isFolder(next)) throw failure("ENOTDIR", path);
      place = next;
    }
    return first;
  }

  async readdir(
    path: string,
  ): Promise<{ parentPath: string; name: string; isFile: () => boolean }[]> {
    this.#tick();
    const found = this.#find(path);
    if (!isFolder(found)) throw failure("ENOTDIR", path);
    const entries: { parentPath: string; name: string; isFile: () => boolean }[] = [];
    const walk = (place: Folder, parentPath: string): void => {
      for (const [name, item] of place.cached) {
        entries.push({ parentPath, name, isFile: () => !isFolder(item) });
        if (isFolder(item)) walk(item, `${parentPath}/${name}`);
      }
    };
    walk(found, path.replace(/\/$/, ""));
    return entries;
  }

  async rename(from: string, to: string): Promise<void> {
    this.#tick();
    const found = this.#find(from);
    this.#parent(to).cached.set(basename(to), found);
    this.#parent(from).cached.delete(basename(from));
  }

  async rm(path: string): Promise<void> {
    this.#tick();
    const parent = this.#lookUp(dirname(path));
    if (parent === undefined || !isFolder(parent)) return;
    const found = parent.cached.get(basename(path));
    if (found !== undefined && !isFolder(found)) found.links -= 1;
    parent.cached.delete(basename(path));
  }

  async stat(
    path: string,
  ): Promise<{ size: number; mtimeMs: number; nlink: number; isFile: () => boolean }> {
    this.#tick();
    const found = this.#find(path);
    if (isFolder(found)) return { size: 0, mtimeMs: 0, nlink: 1, isFile: () => false };
    return { size: found.cached.length, mtimeMs: 0, nlink: found.links, isFile: () => true };
  }

  /** The disk as it is found when the power is back. Seed 0 keeps nothing that was not fsynced. */
  afterPowerCut(seed: number): PowerCutDisk {
    const random = new Random(seed);
    return new PowerCutDisk(Number.POSITIVE_INFINITY, survivorOf(this.#root, random, seed === 0));
  }

  #handle(item: Inode | Folder): OpenedFile {
    const read = (): Uint8Array => {
      this.#tick();
      if (isFolder(item)) throw failure("EISDIR", "a folder");
      return item.cached;
    };
    return {
      read: async (bytes, offset, length, position) => {
        const part = read().subarray(position, position + length);
        bytes.set(part, offset);
        return { bytesRead: part.length };
      },
      readFile: async () => read().slice(),
      writeFile: async (bytes) => {
        const before = read();
        if (!isFolder(item)) item.cached = Buffer.concat([before, bytes]);
      },
      sync: async () => {
        this.#tick();
        if (isFolder(item)) item.durable = new Map(item.cached);
        else item.durable = item.cached;
      },
      close: async () => undefined,
    };
  }

  #tick(): void {
    this.operationCount += 1;
    if (this.operationCount > this.#operationsMax) throw failure("EIO", "the power is gone");
  }

  #parent(path: string): Folder {
    const parent = this.#find(dirname(path));
    if (!isFolder(parent)) throw failure("ENOTDIR", path);
    return parent;
  }

  #find(path: string): Inode | Folder {
    const found = this.#lookUp(path);
    if (found === undefined) throw failure("ENOENT", path);
    return found;
  }

  #lookUp(path: string): Inode | Folder | undefined {
    let place: Inode | Folder | undefined = this.#root;
    for (const name of path.split("/").filter((part) => part !== "")) {
      if (place === undefined || !isFolder(place)) return undefined;
      place = place.cached.get(name);
    }
    return place;
  }
}

function survivorOf(place: Folder, random: Random, losesAll: boolean): Folder {
  const kept = new Map(place.durable);
  for (const name of new Set([...place.cached.keys(), ...place.durable.keys()])) {
    const now = place.cached.get(name);
    if (now === place.durable.get(name) || losesAll || random.isTrue(0.5)) continue;
    if (now === undefined) kept.delete(name);
    else kept.set(name, now);
  }
  const entries = new Map<string, Inode | Folder>();
  for (const [name, item] of kept) {
    if (isFolder(item)) entries.set(name, survivorOf(item, random, losesAll));
    else {
      const bytes = survivingBytes(item, random, losesAll);
      entries.set(name, { cached: bytes, durable: bytes, links: 1 });
    }
  }
  return { cached: entries, durable: new Map(entries) };
}

function survivingBytes(inode: Inode, random: Random, losesAll: boolean): Uint8Array {
  const durable = inode.durable ?? new Uint8Array();
  if (inode.durable === inode.cached || losesAll) return durable;
  return random.pick([
    durable,
    inode.cached,
    inode.cached.subarray(0, random.below(inode.cached.length + 1)),
  ]);
}

function folder(): Folder {
  return { cached: new Map(), durable: new Map() };
}

function isFolder(item: Inode | Folder): item is Folder {
  return item.cached instanceof Map;
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
