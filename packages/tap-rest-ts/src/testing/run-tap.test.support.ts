import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type JsonValue, parseJson } from "singer-sdk-ts";

const executable = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

/** How a run of the executable ended. */
export interface TapRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The messages on stdout. */
  readonly messages: readonly Message[];
  /** The records of a stream, or of all. */
  records(stream?: string): readonly Readonly<Record<string, JsonValue>>[];
  /** The last STATE. */
  readonly state: JsonValue | undefined;
}

interface Message {
  readonly type: string;
  readonly stream?: string;
  readonly record?: Readonly<Record<string, JsonValue>>;
  readonly value?: JsonValue;
  readonly schema?: JsonValue;
}

/** What a run gets besides its configuration. */
export interface TapRunOptions {
  readonly state?: unknown;
  readonly catalog?: unknown;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Spawns dist/cli.js with a configuration and waits for its end. */
export async function runTap(config: unknown, options: TapRunOptions = {}): Promise<TapRun> {
  const folder = await mkdtemp(join(tmpdir(), "tap-rest-"));
  try {
    const file = async (name: string, content: unknown): Promise<string> => {
      const path = join(folder, name);
      await writeFile(path, JSON.stringify(content));
      return path;
    };
    const args = ["--config", await file("config.json", config), ...(options.args ?? [])];
    if (options.state !== undefined) args.push("--state", await file("state.json", options.state));
    if (options.catalog !== undefined)
      args.push("--catalog", await file("catalog.json", options.catalog));
    return await runProcess(args, options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runProcess(args: readonly string[], { env, cwd }: TapRunOptions): Promise<TapRun> {
  const child = spawn(process.execPath, [executable, ...args], {
    env: { PATH: process.env["PATH"], ...env },
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stdoutChunks: Buffer[] = [];
  const stderrChunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdoutChunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderrChunks.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const stdout = Buffer.concat(stdoutChunks).toString();
  const messages = args.includes("--discover") ? [] : parseMessages(stdout);
  return {
    code,
    stdout,
    stderr: Buffer.concat(stderrChunks).toString(),
    messages,
    records: (stream) =>
      messages.flatMap((message) =>
        message.type === "RECORD" && (stream === undefined || message.stream === stream)
          ? [message.record ?? {}]
          : [],
      ),
    state: messages.findLast(({ type }) => type === "STATE")?.value,
  };
}

function parseMessages(stdout: string): Message[] {
  const lines = stdout.split("\n").filter((line) => line !== "");
  // What the tap prints are Singer messages; the tests compare their members one by one.
  return lines.map((line) => parseJson(line) as unknown as Message);
}

/** A schema with one integer `id`. */
export const idSchema = { type: "object", properties: { id: { type: "integer" } } };

/** A configuration of one stream `items` with key `id`; waits between tries are short. */
export function itemsConfig(
  url: string,
  stream: Readonly<Record<string, unknown>> = {},
  top: Readonly<Record<string, unknown>> = {},
): unknown {
  const records = { records_path: "$.data[*]", primary_keys: ["id"], schema: idSchema };
  return {
    api_url: url,
    backoff_seconds: 0.01,
    streams: [{ name: "items", path: "/items", ...records, ...stream }],
    ...top,
  };
}
