import { UserError } from "../error.ts";
import type { Log } from "../log.ts";
import type { Redactor } from "../redact.ts";

export interface FailureContext {
  /** Absent while the command line is read. */
  readonly log: Log | undefined;
  readonly redactor: Redactor;
}

/** Tells a failure in one line and a hint, and returns the exit code. The stack of our own mistakes shows at debug level. */
export function reportFailure(error: unknown, { log, redactor }: FailureContext): number {
  const failure = error instanceof UserError ? error : unexpected(error);
  if (log === undefined) {
    process.stderr.write(redactor.redact(`error: ${failure.message} (${failure.code})\n`));
    if (failure.hint !== undefined)
      process.stderr.write(redactor.redact(`hint: ${failure.hint}\n`));
  } else {
    log.failure(failure);
    if (!(error instanceof UserError) && error instanceof Error)
      log.debug("stack", { stack: error.stack });
  }
  return failure.exitCode;
}

function unexpected(error: unknown): UserError {
  const text = error instanceof Error ? error.message : String(error);
  return new UserError("E_INTERNAL", `unexpected: ${text.split("\n")[0]}`, {
    hint: "this is a mistake of ours: run again with LOGLEVEL=debug and report it",
    cause: error,
  });
}
