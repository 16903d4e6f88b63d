import { link, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";

/** An open file; the few calls that a table needs of it. */
export interface OpenedFile {
  read(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }>;
  readFile(): Promise<Uint8Array>;
  writeFile(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A disk, as {@link LocalStore} uses it: Node's own, or a simulated one that loses its power. Errors carry Node's codes. */
export interface FileSystem {
  /** `wx` makes a file that must not be there yet. A folder can be opened with `r`, to sync it. */
  open(path: string, flags: "r" | "wx"): Promise<OpenedFile>;
  link(existing: string, path: string): Promise<void>;
  /** Makes the folder and those above it; the first that it had to make, or undefined. */
  mkdir(path: string): Promise<string | undefined>;
  /** Everything below the folder. */
  readdir(
    path: string,
  ): Promise<readonly { readonly parentPath: string; readonly name: string; isFile(): boolean }[]>;
  rename(from: string, to: string): Promise<void>;
  /** Deletes a file; an absent one is no error. */
  rm(path: string): Promise<void>;
  stat(path: string): Promise<{
    readonly size: number;
    readonly mtimeMs: number;
    readonly nlink: number;
    isFile(): boolean;
  }>;
}

/** The machine's own disks. */
export const nodeFileSystem: FileSystem = {
  open,
  link,
  mkdir: (path) => mkdir(path, { recursive: true }),
  readdir: (path) => readdir(path, { recursive: true, withFileTypes: true }),
  rename,
  rm: (path) => rm(path, { force: true }),
  stat,
};
