import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "singer-sdk-ts";

/** The file in an output folder that says which system its tables came from. */
const sourceFile = "_source.json";

/**
 * Takes `folder` for the tables of one source system, and refuses it when it holds another's: sample rows and real rows
 * never share a table, and a bookmark of one system is never used on another. Throws E_OUTPUT_SOURCE or E_OUTPUT_FOLDER.
 */
export async function claimOutput(folder: string, identity: string): Promise<void> {
  const path = join(folder, sourceFile);
  const owner = await readOwner(path);
  if (owner === identity) return;
  if (owner !== undefined) {
    throw new UserError(
      "E_OUTPUT_SOURCE",
      `${folder} holds tables from ${owner}, not from ${identity}`,
      {
        hint: "move the folder away, or delete it, then run again",
        exitCode: 2,
      },
    );
  }
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path, `${JSON.stringify({ source: identity })}\n`);
  } catch (cause) {
    throw new UserError(
      "E_OUTPUT_FOLDER",
      `cannot write to the output folder ${folder}: ${errorCode(cause)}`,
      {
        hint: "give this user write access to it, or run from another folder",
        cause,
      },
    );
  }
}

async function readOwner(path: string): Promise<string | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof content === "object" && content !== null && "source" in content)
      return String(content.source);
    return "an unknown source";
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
    if (error instanceof SyntaxError) return "an unknown source";
    throw error;
  }
}

/** The system's name of a failure. ENOTDIR: a parent is a file, for which making the folder will fail, too. */
function errorCode(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error
    ? String(error.code)
    : String(error);
}
