import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DeltaTable, LocalStore } from "delta-lake-ts";

const executable = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

/** What a finished target left behind. */
export interface TargetResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: readonly string[];
  readonly stderr: string;
}

/** A folder of its own for tables and config, deleted with `delete`. */
export interface Workspace {
  readonly folder: string;
  /** Runs the target on `messages` to the end of the input. */
  load(messages: readonly unknown[], options?: LoadOptions): Promise<TargetResult>;
  /** Starts the target; the caller writes its input. */
  start(options?: LoadOptions): Promise<ChildProcessWithoutNullStreams>;
  /** The rows of a table as plain objects, in the order of their JSON. */
  rows(path: string): Promise<readonly unknown[]>;
  table(path: string): Promise<DeltaTable>;
  delete(): Promise<void>;
}

interface LoadOptions {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
}

/** Makes an empty workspace. */
export async function createWorkspace(): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), "target-delta-"));
  const start = async ({
    config = {},
    args = [],
  }: LoadOptions = {}): Promise<ChildProcessWithoutNullStreams> => {
    const configFile = join(folder, "config.json");
    await writeFile(configFile, JSON.stringify({ path: folder, ...config }));
    return spawn(process.execPath, [executable, "--config", configFile, ...args]);
  };
  const table = async (path: string): Promise<DeltaTable> => {
    const opened = await DeltaTable.open(new LocalStore(join(folder, path)));
    if (opened === undefined) throw new Error(`there is no table ${path}`);
    return opened;
  };
  return {
    folder,
    start,
    table,
    load: async (messages, options) => {
      const child = await start(options);
      const result = collect(child);
      child.stdin.on("error", () => undefined);
      child.stdin.end(messages.map((message) => `${lineOf(message)}\n`).join(""));
      return await result;
    },
    rows: async (path) => await rowsOf(await table(path)),
    delete: async () => await rm(folder, { recursive: true, force: true }),
  };
}

/** Waits for the end of the process. */
export async function collect(child: ChildProcessWithoutNullStreams): Promise<TargetResult> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return await new Promise((resolve) => {
    child.on("close", (code, signal) => {
      resolve({ code, signal, stdout: stdout.split("\n").slice(0, -1), stderr });
    });
  });
}

function lineOf(message: unknown): string {
  return typeof message === "string" ? message : JSON.stringify(message);
}

async function rowsOf(table: DeltaTable): Promise<readonly unknown[]> {
  const texts: string[] = [];
  for await (const batch of table.read()) {
    for (let row = 0; row < batch.numRows; row++) {
      texts.push(
        JSON.stringify(batch.get(row)?.toJSON(), (_key, value: unknown) =>
          typeof value === "bigint" ? Number(value) : value,
        ),
      );
    }
  }
  return texts.toSorted().map((text): unknown => JSON.parse(text));
}

/** A SCHEMA message; `properties` maps column names to JSON Schema types. */
export function schema(
  stream: string,
  properties: Readonly<Record<string, unknown>>,
  options: { readonly keys?: readonly string[]; readonly bookmarks?: readonly string[] } = {},
): unknown {
  return {
    type: "SCHEMA",
    stream,
    schema: { type: "object", properties },
    key_properties: options.keys ?? [],
    ...(options.bookmarks === undefined ? {} : { bookmark_properties: options.bookmarks }),
  };
}

/** A RECORD message. */
export function record(stream: string, values: unknown, version?: number): unknown {
  return { type: "RECORD", stream, record: values, ...(version === undefined ? {} : { version }) };
}

/** A STATE message. */
export function state(value: unknown): unknown {
  return { type: "STATE", value };
}

/** An ACTIVATE_VERSION message. */
export function activateVersion(stream: string, version: number): unknown {
  return { type: "ACTIVATE_VERSION", stream, version };
}
