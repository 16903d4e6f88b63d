import { checkNodeVersion, UserError } from "singer-sdk-ts";

/** Runs a command of the pipeline: its exit code becomes the process's, an error becomes one line and a hint. */
export async function main(command: () => Promise<number>): Promise<void> {
  try {
    checkNodeVersion(process.versions.node);
    const code = await command();
    process.exitCode ??= code;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`error: ${error.message} (${error.code})\n`);
    if (error.hint !== undefined) process.stderr.write(`hint: ${error.hint}\n`);
    process.exitCode = error.exitCode;
  }
}
