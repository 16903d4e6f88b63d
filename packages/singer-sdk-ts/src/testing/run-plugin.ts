import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface RunOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Sent once, when stdout holds `after`. */
  readonly signal?: { readonly name: "SIGTERM" | "SIGINT"; readonly after: string };
  /** Closes the reader of stdout at once. */
  readonly isUnread?: boolean;
  readonly cwd?: string;
}

export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a plugin of this folder, or of a path relative to it, in a process of its own, without our environment. */
export function runPlugin(file: string, options: RunOptions = {}): Promise<RunResult> {
  const { args = [], env = {}, input = "", signal, isUnread = false, cwd } = options;
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, ["--conditions=source", path, ...args], {
    env: { PATH: process.env["PATH"], ...env },
    // A plugin that hangs fails its own test only.
    timeout: 30_000,
    killSignal: "SIGKILL",
    ...(cwd !== undefined && { cwd }),
  });
  let stdout = "";
  let stderr = "";
  let isSent = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (signal === undefined || isSent || !stdout.includes(signal.after)) return;
    isSent = true;
    child.kill(signal.name);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  // A plugin that refuses its settings does not read its input.
  child.stdin.on("error", () => undefined).end(input);
  if (isUnread) child.stdout.destroy();
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
