import { posix } from "node:path";
import type { ObjectMeta, ObjectStore } from "delta-lake-ts";
import { UserError } from "singer-sdk-ts";
import type { WorkspaceApi } from "./workspace-api.ts";

/** databricks.md §2: a larger block is refused. */
const BLOCK_BYTES = 1024 * 1024;

/** A folder of DBFS, for workspaces without volumes: files go up in blocks, under a name that readers skip. */
export class DbfsStore implements ObjectStore {
  readonly #api: WorkspaceApi;
  readonly #root: string;

  /** `root` without `dbfs:`, such as /output/docker_elt/api/orders. */
  constructor(api: WorkspaceApi, root: string) {
    this.#api = api;
    this.#root = posix.join("/", root);
  }

  async get(path: string): Promise<Uint8Array | undefined> {
    const meta = await this.head(path);
    if (meta === undefined) return undefined;
    const parts: Uint8Array[] = [];
    for (let offset = 0; offset < meta.sizeBytes; offset += BLOCK_BYTES) {
      const query = { path: this.#file(path), offset: String(offset), length: String(BLOCK_BYTES) };
      const block = await this.#api.json({ method: "GET", path: "/api/2.0/dbfs/read", query });
      parts.push(Buffer.from(String(Reflect.get(Object(block), "data")), "base64"));
    }
    return Buffer.concat(parts);
  }

  async head(path: string): Promise<ObjectMeta | undefined> {
    const { status, bytes } = await this.#api.call({
      method: "GET",
      path: "/api/2.0/dbfs/get-status",
      query: { path: this.#file(path) },
      accepted: [404],
    });
    if (status === 404) return undefined;
    return this.#meta(JSON.parse(Buffer.from(bytes).toString("utf8")));
  }

  async list(prefix: string, startAfter = ""): Promise<readonly ObjectMeta[]> {
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    const files = await this.#below(this.#file(folder));
    return files
      .filter(({ path }) => path.startsWith(prefix) && (startAfter === "" || path > startAfter))
      .toSorted((left, right) => Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)));
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    await this.#post("mkdirs", { path: posix.dirname(this.#file(path)) });
    const opened = await this.#post("create", { path: this.#file(path), overwrite: true });
    const handle: unknown = Reflect.get(Object(opened), "handle");
    for (let offset = 0; offset < bytes.length; offset += BLOCK_BYTES) {
      const block = Buffer.from(bytes.subarray(offset, offset + BLOCK_BYTES)).toString("base64");
      await this.#post("add-block", { handle, data: block });
    }
    await this.#post("close", { handle });
    const written = await this.head(path);
    // A block whose answer was lost is sent twice: the size tells, and the file must not be taken for whole.
    if (written?.sizeBytes !== bytes.length)
      throw new UserError("E_STORE", `file ${path} arrived on DBFS with another size`, {
        hint: "run again; a Unity Catalog volume takes files in one call",
      });
  }

  async putIfAbsent(path: string): Promise<never> {
    throw new UserError("E_STORE", `DBFS cannot hold the log of a Delta table: ${path}`, {
      hint: "load tables by the warehouse (`path: databricks:`), or set `format: parquet`",
    });
  }

  async write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    const bytes = Buffer.concat(parts);
    await this.put(path, bytes);
    return bytes.length;
  }

  async delete(path: string): Promise<void> {
    await this.#post("delete", { path: this.#file(path), recursive: false });
  }

  async move(from: string, to: string): Promise<void> {
    await this.#post("mkdirs", { path: posix.dirname(this.#file(to)) });
    await this.#post("move", {
      source_path: this.#file(from),
      destination_path: this.#file(to),
    });
  }

  #file(path: string): string {
    return posix.join(this.#root, path);
  }

  async #post(name: string, fields: Readonly<Record<string, unknown>>): Promise<unknown> {
    const body = JSON.stringify(fields);
    return await this.#api.json({ method: "POST", path: `/api/2.0/dbfs/${name}`, body });
  }

  #meta(entry: unknown): ObjectMeta & { readonly isFolder: boolean } {
    const fields: Readonly<Record<string, unknown>> = { ...Object(entry) };
    return {
      path: posix.relative(this.#root, String(fields["path"])),
      sizeBytes: Number(fields["file_size"] ?? 0),
      modifiedMs: Number(fields["modification_time"] ?? 0),
      isFolder: fields["is_dir"] === true,
    };
  }

  async #below(folder: string): Promise<ObjectMeta[]> {
    const { status, bytes } = await this.#api.call({
      method: "GET",
      path: "/api/2.0/dbfs/list",
      query: { path: folder },
      accepted: [404],
    });
    if (status === 404) return [];
    const answer: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    const files: unknown = Reflect.get(Object(answer), "files");
    const entries = (Array.isArray(files) ? files : []).map((entry) => this.#meta(entry));
    const nested = entries.map(async (entry) =>
      entry.isFolder ? await this.#below(this.#file(entry.path)) : [entry],
    );
    return (await Promise.all(nested)).flat();
  }
}
