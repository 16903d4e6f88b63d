import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Answer, failure, json, type WorkspaceRequest } from "./answer.ts";

/** Answers the Files API and presigned URLs: files of volumes, kept in folders below `root`. */
export async function answerFile(root: string, request: WorkspaceRequest): Promise<Answer> {
  const volume = volumeFolder(root, request.path);
  if (volume === undefined || !(await isFolder(volume))) {
    return failure(404, "NOT_FOUND", `Volume of ${request.path} does not exist.`);
  }
  const file = join(root, request.path);
  switch (request.method) {
    case "PUT": {
      if (request.query.get("overwrite") !== "true" && (await isPresent(file)))
        return failure(409, "ALREADY_EXISTS", "The file being created already exists.");
      await writeWhole(file, request.body);
      return { status: 204 };
    }
    case "GET":
    case "HEAD": {
      if (!(await isPresent(file))) return missing();
      const body = await readFile(file);
      return request.method === "GET"
        ? { status: 200, body }
        : { status: 200, headers: { "content-length": String(body.length) } };
    }
    case "DELETE":
      if (!(await isPresent(file))) return missing();
      await rm(file);
      return { status: 204 };
    default:
      return failure(405, "METHOD_NOT_ALLOWED", `${request.method} is not allowed`);
  }
}

/** Answers the directories half of the Files API. */
export async function answerDirectory(root: string, request: WorkspaceRequest): Promise<Answer> {
  const volume = volumeFolder(root, request.path);
  if (volume === undefined || !(await isFolder(volume))) {
    return failure(404, "NOT_FOUND", `Volume of ${request.path} does not exist.`);
  }
  const folder = join(root, request.path);
  if (request.method === "PUT") {
    await mkdir(folder, { recursive: true });
    return { status: 204 };
  }
  if (!(await isFolder(folder)))
    return failure(404, "NOT_FOUND", `The directory being accessed is not found: ${request.path}`);
  if (request.method === "HEAD") return { status: 200 };
  if (request.method === "DELETE") {
    if ((await readdir(folder)).length > 0)
      return failure(400, "DIRECTORY_IS_NOT_EMPTY", "The directory is not empty.");
    await rmdir(folder);
    return { status: 204 };
  }
  const names = (await readdir(folder)).toSorted();
  const contents = await Promise.all(
    names.map(async (name) => {
      const facts = await stat(join(folder, name));
      return {
        path: `${request.path}/${name}`,
        name,
        is_directory: facts.isDirectory(),
        file_size: facts.size,
        last_modified: Math.floor(facts.mtimeMs),
      };
    }),
  );
  return json({ contents });
}

/** Writes a file so that it is seen whole or not at all. */
export async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.part`, bytes);
  await rename(`${file}.part`, file);
}

export async function isPresent(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

async function isFolder(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => undefined))?.isDirectory() === true;
}

/** `/Volumes/catalog/schema/volume` of a path below it. */
function volumeFolder(root: string, path: string): string | undefined {
  const parts = path.split("/");
  return parts.length < 5 ? undefined : join(root, ...parts.slice(1, 5));
}

function missing(): Answer {
  return failure(404, "NOT_FOUND", "The file being accessed is not found.");
}
