import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { repository } from "./project-folder.ts";

/** What a finished `start` left: its exit code and everything it printed. */
export interface StartResult {
  readonly code: number | null;
  readonly output: string;
}

/** A `start` under way in `folder`: on the sample sources, unless `env` names others. */
export class StartRun {
  readonly #child: ChildProcess;
  readonly result: Promise<StartResult>;

  constructor(folder: string, env: Readonly<Record<string, string>> = {}) {
    const { PATH, HOME } = process.env;
    const program = join(repository, "packages", "pipeline", "dist", "start.js");
    this.#child = spawn(process.execPath, [program], { cwd: folder, env: { PATH, HOME, ...env } });
    let output = "";
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    this.#child.stdout?.on("data", keep);
    this.#child.stderr?.on("data", keep);
    this.result = new Promise((resolve) => {
      this.#child.once("close", (code) => resolve({ code, output }));
    });
  }

  /** Ends the run itself, as a machine that goes down would; its children see their pipes close. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** The process id of the `target-delta-ts` that runs now, or undefined between two. */
  async targetPid(): Promise<number | undefined> {
    const processes = await listProcesses();
    const descendants = new Set([this.#child.pid]);
    // A child's id may be smaller than its parent's, so walk until nothing is added.
    for (let size = 0; size !== descendants.size; ) {
      size = descendants.size;
      for (const { pid, parent } of processes) if (descendants.has(parent)) descendants.add(pid);
    }
    return processes.find(
      ({ pid, command }) =>
        descendants.has(pid) && /node\S*\0\S*target-delta-ts\S*cli\.js/.test(command),
    )?.pid;
  }
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

async function listProcesses(): Promise<readonly Process[]> {
  const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 0);
  const found = await Promise.all(pids.map(readProcess));
  return found.filter((process) => process !== undefined);
}

/** Undefined when the process ended while we looked. */
async function readProcess(pid: number): Promise<Process | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8");
    return { pid, parent: Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]), command };
  } catch {
    return undefined;
  }
}
