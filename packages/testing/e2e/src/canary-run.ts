import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeltaTable, LocalStore } from "delta-lake-ts";
import { repository } from "./project-folder.ts";

export interface CanaryRun {
  readonly plugin: string;
  readonly config: object;
  readonly args?: readonly string[];
  readonly input?: string;
  /** JavaScript that runs in the plugin's process before its own. */
  readonly preload?: string;
}

/** What a run left: its output, and a folder that was its working, home and temporary folder. */
export interface Traces {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly folder: string;
}

/** Runs a plugin at debug level in a folder of its own; the configuration lies elsewhere. */
export async function runForTraces(run: CanaryRun): Promise<Traces> {
  const folder = await mkdtemp(join(tmpdir(), "canary-"));
  const config = join(await mkdtemp(join(tmpdir(), "canary-config-")), "config.json");
  await writeFile(config, JSON.stringify(run.config));
  const cli = join(repository, "packages", run.plugin, "dist", "cli.js");
  const preload = `data:text/javascript,${encodeURIComponent(run.preload ?? "")}`;
  const args = ["--import", preload, cli, "--config", config, ...(run.args ?? [])];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, TMPDIR: folder, LOGLEVEL: "debug" },
    // Many run at once on a machine that may be busy.
    timeout: 120_000,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (stderr += text));
  // A plugin that refuses its settings does not read its input.
  child.stdin.on("error", () => undefined).end(run.input ?? "");
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, stdout, stderr, folder };
}

/** Where a secret can be read, in any of its forms: `stdout`, `stderr`, a file's name, or a table's rows. */
export async function placesOf(secret: string, traces: Traces): Promise<readonly string[]> {
  const forms = formsOf(secret);
  const has = (content: Buffer | string): boolean => forms.some((form) => content.includes(form));
  const files = readdirSync(traces.folder, { recursive: true, encoding: "utf8" });
  const places = files.filter((name) => {
    const path = join(traces.folder, name);
    return has(name) || (statSync(path).isFile() && has(readFileSync(path)));
  });
  if (has(traces.stdout)) places.push("stdout");
  if (has(traces.stderr)) places.push("stderr");
  // Parquet is compressed, so that a search through its bytes proves nothing.
  for (const log of files.filter((name) => name.endsWith("_delta_log"))) {
    const path = join(traces.folder, log, "..");
    if (has(await rowsOf(path))) places.push("table");
  }
  return places;
}

async function rowsOf(path: string): Promise<string> {
  const table = await DeltaTable.open(new LocalStore(path));
  let text = "";
  if (table === undefined) return text;
  for await (const batch of table.read())
    text += JSON.stringify(batch.toArray(), (_key, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
  return text;
}

/** The secret itself, as JSON and as part of a URL, and what every base64 text that contains it has in common. */
export function formsOf(secret: string): readonly string[] {
  const base64 = [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
    // The first and the last characters also depend on what stands before and behind.
    const whole = bytes.toString("base64").replace(/=+$/, "");
    const core = whole.slice(offset === 0 ? 0 : offset + 1, -1);
    return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const url = encodeURIComponent(secret);
  return [secret, JSON.stringify(secret).slice(1, -1), url, url.replaceAll("%20", "+"), ...base64];
}
