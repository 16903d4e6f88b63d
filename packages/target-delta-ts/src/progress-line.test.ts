import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { progressText } from "./progress-line.ts";
import { createWorkspace, record, schema, type Workspace } from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

const executable = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const events = schema("events", { id: { type: "integer" } });

/** Starts the target on a terminal of its own; `send` writes its input. */
async function startOnTerminal() {
  const [config, input] = [join(workspace.folder, "config.json"), join(workspace.folder, "input")];
  await writeFile(config, JSON.stringify({ path: workspace.folder }));
  execFileSync("mkfifo", [input]);
  const command = `'${process.execPath}' '${executable}' --config '${config}' --input '${input}'`;
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TERM: "xterm" },
  });
  const screen = { text: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (screen.text += text));
  return { child, screen, messages: createWriteStream(input) };
}

async function shown(child: ChildProcess, screen: { text: string }, part: string): Promise<void> {
  while (!screen.text.includes(part)) {
    if (child.exitCode !== null)
      throw new Error(`the target ended without ${part}: ${screen.text}`);
    await once(child.stdout ?? child, "data");
  }
}

test("P17: on a terminal a line shows how the run goes, and gives way to events", async () => {
  const { child, screen, messages } = await startOnTerminal();
  const line = (message: unknown) => `${JSON.stringify(message)}\n`;

  messages.write(line(events) + line(record("events", { id: 1 })));
  await shown(child, screen, " s: 1 row of 1 stream, ");
  messages.write(line(record("events", { id: 2 })));
  await shown(child, screen, " s: 2 rows of 1 stream, ");
  messages.end();
  const [code] = await once(child, "close");

  expect(code).toBe(0);
  const end = screen.text.slice(screen.text.lastIndexOf(" durable\r"));
  expect(end).toMatch(/^ durable\r\r.\[K\S+ INFO stream_loaded .*\r\n\S+ INFO load_finished /s);
});

test("P17: the line says how long, how much, how fast and how much of it is durable", () => {
  const progress = { streamCount: 3, rowCount: 1_234_567, durableCount: 1_000_000 };

  expect(progressText(progress, { elapsedMs: 65_432, speed: 410_000.4 })).toBe(
    "65 s: 1,234,567 rows of 3 streams, 410,000 rows/s, 1,000,000 durable",
  );
});
