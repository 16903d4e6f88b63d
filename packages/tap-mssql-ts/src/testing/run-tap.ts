import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A Singer message as a test reads it. */
export interface SingerLine {
  readonly type: string;
  readonly stream?: string;
  readonly version?: number;
  readonly record?: Readonly<Record<string, unknown>>;
  readonly schema?: { readonly properties: Readonly<Record<string, unknown>> };
  readonly key_properties?: readonly string[];
  readonly value?: {
    readonly currently_syncing?: string;
    readonly bookmarks: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
}

/** What a run of the executable left behind. */
export interface TapResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly messages: readonly SingerLine[];
}

/** Starts the built executable and waits for its end, or stops it with a signal after `killAfterBytes` of output. */
export function runTap(options: {
  readonly config: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
  readonly catalog?: unknown;
  readonly state?: unknown;
  readonly environment?: Readonly<Record<string, string>>;
  readonly killAfterBytes?: number;
  readonly killSignal?: "SIGKILL" | "SIGTERM";
}): Promise<TapResult> {
  const folder = mkdtempSync(join(tmpdir(), "tap-mssql-"));
  const file = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const args = [
    fileURLToPath(new URL("../../dist/cli.js", import.meta.url)),
    "--config",
    file("config.json", options.config),
    ...(options.catalog === undefined ? [] : ["--catalog", file("catalog.json", options.catalog)]),
    ...(options.state === undefined ? [] : ["--state", file("state.json", options.state)]),
    ...(options.args ?? []),
  ];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], ...options.environment },
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let stdoutBytes = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    stdout.push(chunk);
    stdoutBytes += chunk.length;
    // Once: a second signal would end the process at once.
    if (!child.killed && stdoutBytes >= (options.killAfterBytes ?? Number.POSITIVE_INFINITY))
      child.kill(options.killSignal ?? "SIGKILL");
  });
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => {
      const text = Buffer.concat(stdout).toString("utf8");
      resolve({
        exitCode,
        stdout: text,
        stderr: Buffer.concat(stderr).toString("utf8"),
        messages: messagesOf(text),
      });
    });
  });
}

/** The records of one stream. */
export function recordsOf(
  result: TapResult,
  stream: string,
): readonly Readonly<Record<string, unknown>>[] {
  return result.messages.flatMap(({ type, stream: name, record }) =>
    type === "RECORD" && name === stream && record !== undefined ? [record] : [],
  );
}

/** The value of the last STATE. */
export function lastState(result: TapResult): SingerLine["value"] {
  return result.messages.findLast(({ type }) => type === "STATE")?.value;
}

/** Whole lines only: a killed process may leave a piece of one. */
function messagesOf(text: string): readonly SingerLine[] {
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line.startsWith('{"type":'))
    .map((line): SingerLine => JSON.parse(line));
}
