import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";

const run = promisify(execFile);
const packageFolder = new URL("..", import.meta.url).pathname;
const node = ["--conditions=source", "--disable-warning=ExperimentalWarning"];
let folder: string;
let quickStart: string;
let blocks: readonly { language: string; text: string }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "delta-readme-"));
  const readme = await readFile(join(packageFolder, "README.md"), "utf8");
  blocks = [...readme.matchAll(/```(\w+)\n(.*?)```/gs)].map(([, language = "", text = ""]) => ({
    language,
    text,
  }));
  const program = blocks.find(({ language }) => language === "js")?.text ?? "";
  // The program runs in the package, so that it finds itself by name; its table goes to a folder of its own.
  const placed = program.replace('"orders"', JSON.stringify(join(folder, "orders")));
  const { stdout } = await run(
    process.execPath,
    [...node, "--input-type=module", "--eval", placed],
    { cwd: packageFolder },
  );
  quickStart = stdout;
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test("the examples print what the README says", async () => {
  const outputs = blocks.filter(({ language }) => language === "text").map(({ text }) => text);

  const head = await run(
    process.execPath,
    [...node, join(packageFolder, "src/main.ts"), "head", "orders"],
    { cwd: folder },
  );

  expect([quickStart, head.stdout]).toEqual(outputs);
});

test.each([
  [["describe", "orders"], 0, "version 1, 2 rows in 1 files"],
  [["count", "orders", "--version", "0", "--json"], 0, "2\n"],
  [["history", "orders"], 0, "MERGE"],
  [["check", "orders"], 0, "all well"],
  [["vacuum", "orders"], 0, "0 files, 0 bytes could be deleted"],
  [["--help"], 0, "usage:"],
  [["describe", "nowhere"], 1, "E_TABLE_NOT_FOUND"],
  [["explode"], 2, "E_USAGE"],
  [["head", "orders", "--limit", "few"], 2, "E_USAGE"],
])("the command %p ends with %p and says %p", async (args, exitCode, words) => {
  const main = join(packageFolder, "src/main.ts");

  const result = await run(process.execPath, [...node, main, ...args], { cwd: folder }).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      text: stdout + stderr,
    }),
  );

  expect(result).toEqual({ code: exitCode, text: expect.stringContaining(words) });
});
