import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Pipe } from "./project.ts";

/** Where the package manager links the executables that this package depends on. */
const executables = fileURLToPath(new URL("../node_modules/.bin", import.meta.url));

/** How a pipe ended: each half's exit code, and the lines that `--verify` printed. */
export interface PipeResult {
  readonly tapCode: number;
  readonly targetCode: number;
  readonly lines: readonly string[];
}

/** One shell pipe between two processes; the codes of both halves come back on descriptor 3. */
const script = `"$TAP" --config "$TAP_FILE" $TAP_FLAGS | "$TARGET" --config "$TARGET_FILE" $TARGET_FLAGS
echo "\${PIPESTATUS[0]} \${PIPESTATUS[1]}" >&3`;

export interface PipeOptions {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly mode: "load" | "verify";
  /** Gets every line that either half writes on stderr. */
  readonly onLog: (line: string) => void;
}

/** The state file of a pipe: beside its tables, so that deleting the folder starts afresh. */
function stateFile(pipe: Pipe): string {
  return join(pipe.output, "_state.json");
}

/** Runs `tap | target` as two processes over a real pipe, from the last state (load) or from nothing (verify). */
export async function runPipe(
  pipe: Pipe,
  { root, env, mode, onLog }: PipeOptions,
): Promise<PipeResult> {
  const folder = await mkdtemp(join(tmpdir(), "pipeline-"));
  try {
    const [tapFile, targetFile] = [join(folder, "tap.json"), join(folder, "target.json")];
    await writeFile(tapFile, JSON.stringify(pipe.tap.config), { mode: 0o600 });
    await writeFile(targetFile, JSON.stringify(pipe.target.config), { mode: 0o600 });

    const state = stateFile(pipe);
    const hasState = existsSync(resolve(root, state));
    const child = spawn("bash", ["-c", script], {
      cwd: root,
      env: {
        ...env,
        PATH: `${executables}:${env["PATH"]}`,
        // Both plugins then log JSON lines, from which progress and warnings are read.
        SINGER_SDK_LOG_CONFIG: "json",
        TAP: pipe.tap.executable,
        TAP_FILE: tapFile,
        TAP_FLAGS: mode === "load" && hasState ? `--state ${state}` : "",
        TARGET: pipe.target.executable,
        TARGET_FILE: targetFile,
        TARGET_FLAGS: mode === "load" ? `--state-out ${state}` : "--verify",
      },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      detached: true,
    });
    const release = passSignals(child.pid);
    // Pipes all three, as `stdio` above says.
    const [, stdout, stderr, codesPipe] = child.stdio as unknown as readonly [
      null,
      Readable,
      Readable,
      Readable,
    ];
    const codes = collect(codesPipe);
    const lines = collect(stdout, mode === "verify");
    await Promise.all([lines, forEachLine(stderr, onLog)]);
    const [tapCode = 1, targetCode = 1] = (await codes)
      .join(" ")
      .split(" ")
      .filter(Boolean)
      .map(Number);
    release();
    return { tapCode, targetCode, lines: await lines };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The pipe is a process group of its own: a signal that reaches us is passed on to both halves. */
function passSignals(pid: number | undefined): () => void {
  if (pid === undefined) return () => undefined;
  const pass = (signal: NodeJS.Signals) => {
    process.kill(-pid, signal);
    process.exitCode = signal === "SIGINT" ? 130 : 143;
  };
  process.on("SIGINT", pass).on("SIGTERM", pass);
  return () => void process.off("SIGINT", pass).off("SIGTERM", pass);
}

async function collect(input: Readable, keep = true): Promise<string[]> {
  const lines: string[] = [];
  await forEachLine(input, (line) => {
    if (keep) lines.push(line);
  });
  return lines;
}

async function forEachLine(input: Readable, use: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input })) use(line);
}
