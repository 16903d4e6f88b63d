import { readFile, rename, writeFile } from "node:fs/promises";
import { parseJson, UserError } from "singer-sdk-ts";
import { isJsonObject } from "../page.ts";

/** The refresh token that the last run left; undefined when there is no file yet. Throws E_TOKEN_FILE for another kind of file. */
export async function readTokenFile(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw unusable(path, "can't be read", cause);
  }
  try {
    const content = parseJson(text);
    const token = isJsonObject(content) ? content["refresh_token"] : undefined;
    if (typeof token === "string" && token !== "") return token;
  } catch (cause) {
    throw unusable(path, "is not JSON", cause);
  }
  throw unusable(path, "has no refresh_token");
}

/**
 * Keeps a refresh token for the next run, readable by its owner alone. The file is replaced whole, so that a run that is
 * killed leaves the old token or the new one, never half of one.
 */
export async function writeTokenFile(path: string, refreshToken: string): Promise<void> {
  const half = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(half, `${JSON.stringify({ refresh_token: refreshToken })}\n`, { mode: 0o600 });
    await rename(half, path);
  } catch (cause) {
    throw unusable(path, "can't be written", cause);
  }
}

function unusable(path: string, why: string, cause?: unknown): UserError {
  return new UserError("E_TOKEN_FILE", `the token file ${path} ${why}`, {
    hint: "token_file is a file that the tap writes itself; its folder must be writable",
    cause,
  });
}
