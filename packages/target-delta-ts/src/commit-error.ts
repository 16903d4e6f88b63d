import { UserError } from "singer-sdk-ts";

/** What a failed write to a table means for the person who runs the target. */
export function commitError(error: unknown, stream: string, path: string): unknown {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string")
    return error;
  const code = error.code;
  if ("conflict" in error && error.conflict === "ConcurrentTransaction") {
    return new UserError(
      "E_FENCED",
      `stream ${stream}: another instance of this pipeline loads table ${path}: this one stops, so that no row comes twice`,
      {
        hint: "stop one of them, then run again: it goes on where the table stands; two pipelines need different `pipeline_id`s",
        cause: error,
      },
    );
  }
  if (code === "E_COMMIT_CONFLICT") {
    return new UserError(
      "E_COMMIT_CONFLICT",
      `stream ${stream}: another writer changed table ${path}: ${error.message}`,
      {
        hint: "make sure that one target at a time loads this stream, then run again: it goes on where the table stands",
        cause: error,
      },
    );
  }
  const hint = "hint" in error && typeof error.hint === "string" ? error.hint : undefined;
  if (/^E_[A-Z_]+$/.test(code)) {
    return new UserError(
      `E_${code.slice(2)}`,
      `stream ${stream}: cannot write table ${path}: ${error.message}`,
      {
        cause: error,
        ...(hint === undefined ? {} : { hint }),
      },
    );
  }
  if (/^E[A-Z]+$/.test(code)) {
    return new UserError(
      "E_PATH",
      `stream ${stream}: cannot write table ${path}: ${error.message}`,
      {
        cause: error,
        hint: "check that the folder of setting `path` exists, is writable, and has room",
      },
    );
  }
  return error;
}
