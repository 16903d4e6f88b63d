/** Exit codes of the signals that end a run: 128 + n. */
const codes = { SIGINT: 130, SIGTERM: 143 } as const;

export interface RunSignal {
  /** Aborted by the first SIGTERM or SIGINT; the second ends the process at once. */
  readonly signal: AbortSignal;
  /** The exit code that the signal asks for, once it came. */
  exitCode(): number | undefined;
}

/** Listens for the two signals that stop a run. */
export function listenForSignals(): RunSignal {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const stop = (name: "SIGINT" | "SIGTERM") => {
    if (exitCode !== undefined) process.exit(codes[name]);
    exitCode = codes[name];
    controller.abort();
  };
  process.on("SIGINT", () => stop("SIGINT"));
  process.on("SIGTERM", () => stop("SIGTERM"));
  return { signal: controller.signal, exitCode: () => exitCode };
}
