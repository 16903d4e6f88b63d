import type { ObjectMeta, ObjectStore } from "delta-lake-ts";
import { UserError } from "singer-sdk-ts";
import type { WorkspaceApi } from "./workspace-api.ts";

const FILES = "/api/2.0/fs/files";
const FOLDERS = "/api/2.0/fs/directories";

/** A folder of a Unity Catalog volume, by the Files API. A file appears whole or not at all. */
export class VolumeStore implements ObjectStore {
  readonly #api: WorkspaceApi;
  readonly #root: string;

  /** `root` is a path such as /Volumes/main/default/staging/orders. */
  constructor(api: WorkspaceApi, root: string) {
    this.#api = api;
    this.#root = root.replace(/\/$/, "");
  }

  async get(
    path: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<Uint8Array | undefined> {
    const call = { method: "GET", path: this.#file(path), accepted: [404] } as const;
    const { status, bytes } = await this.#api.call(call);
    if (status === 404) return undefined;
    return range === undefined ? bytes : bytes.subarray(range.start, range.end);
  }

  async head(path: string): Promise<ObjectMeta | undefined> {
    const folder = path.split("/").slice(0, -1).join("/");
    return (await this.#children(folder)).find((child) => child.path === path);
  }

  async list(prefix: string, startAfter = ""): Promise<readonly ObjectMeta[]> {
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1).replace(/\/$/, "");
    const files = await this.#below(folder);
    return files
      .filter(({ path }) => path.startsWith(prefix) && (startAfter === "" || path > startAfter))
      .toSorted((left, right) => Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)));
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    const file = this.#file(path);
    const folder = `${FOLDERS}${file.slice(FILES.length, file.lastIndexOf("/"))}`;
    await this.#api.call({ method: "PUT", path: folder });
    await this.#api.call({ method: "PUT", path: file, query: { overwrite: "true" }, body: bytes });
  }

  async putIfAbsent(path: string): Promise<never> {
    throw new UserError("E_STORE", `a volume cannot hold the log of a Delta table: ${path}`, {
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
    await this.#api.call({ method: "DELETE", path: this.#file(path), accepted: [404] });
  }

  /** The Files API has no move: the bytes are sent again. */
  async move(from: string, to: string): Promise<void> {
    const bytes = await this.get(from);
    if (bytes === undefined) throw new UserError("E_STORE", `cannot move ${from}: it is absent`);
    await this.put(to, bytes);
    await this.delete(from);
  }

  #file(path: string): string {
    return `${FILES}${this.#root}/${path}`;
  }

  async #below(folder: string): Promise<ObjectMeta[]> {
    const children = await this.#children(folder);
    const nested = children.map(async (child) =>
      child.isFolder ? await this.#below(child.path) : [child],
    );
    return (await Promise.all(nested)).flat();
  }

  async #children(folder: string): Promise<readonly (ObjectMeta & { isFolder: boolean })[]> {
    const children: (ObjectMeta & { isFolder: boolean })[] = [];
    let pageToken = "";
    do {
      const { status, bytes } = await this.#api.call({
        method: "GET",
        path: `${FOLDERS}${this.#root}${folder === "" ? "" : `/${folder}`}`,
        ...(pageToken === "" ? {} : { query: { page_token: pageToken } }),
        accepted: [404],
      });
      if (status === 404) return children;
      const page = parsePage(JSON.parse(Buffer.from(bytes).toString("utf8")));
      for (const entry of page.entries)
        children.push({ ...entry, path: folder === "" ? entry.path : `${folder}/${entry.path}` });
      pageToken = page.next;
    } while (pageToken !== "");
    return children;
  }
}

interface Page {
  readonly entries: readonly (ObjectMeta & { isFolder: boolean })[];
  readonly next: string;
}

function parsePage(answer: unknown): Page {
  if (typeof answer !== "object" || answer === null) return { entries: [], next: "" };
  const contents = "contents" in answer && Array.isArray(answer.contents) ? answer.contents : [];
  const next = "next_page_token" in answer ? answer.next_page_token : "";
  const entries = contents.flatMap((entry: unknown) => {
    if (typeof entry !== "object" || entry === null) return [];
    const fields: Readonly<Record<string, unknown>> = { ...entry };
    const { name } = fields;
    if (typeof name !== "string") return [];
    return [
      {
        path: name,
        sizeBytes: Number(fields["file_size"] ?? 0),
        modifiedMs: Number(fields["last_modified"] ?? 0),
        isFolder: fields["is_directory"] === true,
      },
    ];
  });
  return { entries, next: typeof next === "string" ? next : "" };
}
