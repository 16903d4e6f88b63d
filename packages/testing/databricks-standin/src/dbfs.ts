import { appendFile, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import { type Answer, failure, json, type WorkspaceRequest } from "./answer.ts";
import { isPresent, writeWhole } from "./workspace-files.ts";

/** databricks.md §2: a larger block is refused. */
const BLOCK_BYTES_MAX = 1024 * 1024;

/** The DBFS interface over a folder; uploads are made of handles and blocks. */
export class Dbfs {
  readonly #root: string;
  readonly #handles = new Map<number, string>();
  #nextHandle = 1;

  constructor(root: string) {
    this.#root = root;
  }

  async answer(request: WorkspaceRequest): Promise<Answer> {
    const fields = requestFields(request);
    const path = text(fields["path"]).replace(/^dbfs:/, "");
    const file = join(this.#root, path);
    switch (request.path.split("/").at(-1)) {
      case "put":
      case "create":
        return await this.#create(request.path.endsWith("create"), file, fields);
      case "add-block":
        return await this.#addBlock(fields);
      case "close":
        this.#handles.delete(Number(fields["handle"]));
        return json({});
      case "delete":
        await rm(file, { recursive: fields["recursive"] === true, force: true });
        return json({});
      case "mkdirs":
        await mkdir(file, { recursive: true });
        return json({});
      case "get-status":
        return (await isPresent(file)) ? json(await describe(file, path)) : missing(path);
      case "read":
        return await this.#read(file, fields);
      case "move":
        await rename(
          join(this.#root, text(fields["source_path"])),
          join(this.#root, text(fields["destination_path"])),
        );
        return json({});
      case "list": {
        if (!(await isPresent(file))) return missing(path);
        const names = (await readdir(file)).toSorted();
        const files = names.map((name) => describe(join(file, name), posix.join(path, name)));
        return json({ files: await Promise.all(files) });
      }
      default:
        return failure(404, "ENDPOINT_NOT_FOUND", `No API found for ${request.path}`);
    }
  }

  async #create(
    isHandle: boolean,
    file: string,
    fields: Readonly<Record<string, unknown>>,
  ): Promise<Answer> {
    const bytes = Buffer.from(text(fields["contents"]), "base64");
    if (bytes.length > BLOCK_BYTES_MAX) return tooLarge();
    if (fields["overwrite"] !== true && (await isPresent(file)))
      return failure(400, "RESOURCE_ALREADY_EXISTS", "A file or directory already exists.");
    await writeWhole(file, bytes);
    if (!isHandle) return json({});
    this.#handles.set(this.#nextHandle, file);
    return json({ handle: this.#nextHandle++ });
  }

  async #read(file: string, fields: Readonly<Record<string, unknown>>): Promise<Answer> {
    const start = Number(fields["offset"]);
    const bytes = (await readFile(file)).subarray(start, start + Number(fields["length"]));
    return json({ bytes_read: bytes.length, data: bytes.toString("base64") });
  }

  async #addBlock(fields: Readonly<Record<string, unknown>>): Promise<Answer> {
    const file = this.#handles.get(Number(fields["handle"]));
    if (file === undefined)
      return failure(404, "RESOURCE_DOES_NOT_EXIST", "No handle found for this number.");
    const bytes = Buffer.from(text(fields["data"]), "base64");
    if (bytes.length > BLOCK_BYTES_MAX) return tooLarge();
    await appendFile(file, bytes);
    return json({});
  }
}

function requestFields({ body, query }: WorkspaceRequest): Readonly<Record<string, unknown>> {
  if (body.length === 0) return Object.fromEntries(query);
  const fields: unknown = JSON.parse(Buffer.from(body).toString());
  return typeof fields === "object" && fields !== null ? { ...fields } : {};
}

async function describe(file: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  const facts = await stat(file);
  return {
    path,
    is_dir: facts.isDirectory(),
    file_size: facts.size,
    modification_time: Math.floor(facts.mtimeMs),
  };
}

function missing(path: string): Answer {
  return failure(404, "RESOURCE_DOES_NOT_EXIST", `No file or directory exists on path ${path}.`);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function tooLarge(): Answer {
  return failure(400, "MAX_BLOCK_SIZE_EXCEEDED", "A block holds at most 1 MB.");
}
