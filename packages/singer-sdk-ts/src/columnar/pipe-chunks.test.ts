import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

/** Prints how many bytes and lines come out of stdin, and whether each line is as long as it says. */
const script = `
  import { LineReader } from "${new URL("./line-reader.ts", import.meta.url).href}";
  const reader = new LineReader(process.stdin, 2 ** 30);
  await new Promise((resolve) => setTimeout(resolve, Number(process.env["WAIT_MS"] ?? 0)));
  let lines = 0, bytes = 0, wrong = 0;
  while (await reader.read()) {
    for (const line of reader.source.buffer.toString("latin1", reader.start, reader.end).trimEnd().split("\\n")) {
      lines += 1;
      bytes += line.length;
      if (Number(line.split(" ")[0]) !== line.length) wrong += 1;
    }
  }
  console.log(lines, bytes, wrong);
`;
const lengths = [...Array.from({ length: 20_000 }, (_, row) => 10 + (row % 300)), 3_000_000, 12];
const input = lengths.map((length) => `${`${length} `.padEnd(length, "x")}\n`).join("");
const expected = `${lengths.length} ${input.length - lengths.length} 0\n`;

function read(options: {
  readonly input?: string;
  readonly stdio?: [number, "pipe", "pipe"];
  readonly env?: NodeJS.ProcessEnv;
}) {
  return spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
    ...options,
  }).stdout;
}

test("lines of any length come whole out of a pipe", () => {
  expect(read({ input })).toBe(expected);
});

test("what came before the first line was asked for is not lost", () => {
  expect(read({ input, env: { ...process.env, WAIT_MS: "300" } })).toBe(expected);
});

test("an empty pipe has no lines", () => {
  expect(read({ input: "" })).toBe("0 0 0\n");
});

test("lines come out of a file on stdin as well", () => {
  const folder = mkdtempSync(join(tmpdir(), "pipe-chunks-"));
  const file = join(folder, "lines");
  writeFileSync(file, input);
  const stdin = openSync(file, "r");

  const output = read({ stdio: [stdin, "pipe", "pipe"] });
  closeSync(stdin);
  rmSync(folder, { recursive: true });

  expect(output).toBe(expected);
});
