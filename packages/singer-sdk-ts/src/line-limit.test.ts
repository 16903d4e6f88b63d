import { expect, test } from "@jest/globals";
import { checkLines, lineBytesMax } from "./line-limit.ts";
import { runPlugin } from "./testing/run-plugin.ts";

test.each([
  [{}, Number.POSITIVE_INFINITY],
  [{ MELTANO_PROJECT_ROOT: "/project" }, 50 * 1024 * 1024],
  [{ MELTANO_PROJECT_ROOT: "/project", MELTANO_ELT_BUFFER_SIZE: "2000" }, 1000],
])("a line may have half of Meltano's buffer: %j", (environment, limit) => {
  expect(lineBytesMax(environment)).toBe(limit);
});

test("a line as long as the limit is taken, a longer one is named by its stream", () => {
  const line = '{"type":"RECORD","stream":"notes","record":{}}\n';

  expect(() => checkLines(Buffer.from(line + line), line.length)).not.toThrow();
  expect(() => checkLines(Buffer.from(`\n${line}`), line.length - 1)).toThrow(
    `stream notes: a message is ${line.length} bytes long, and Meltano takes ${line.length - 1} at most`,
  );
});

test("under Meltano a tap refuses a line that Meltano would die of", async () => {
  const env = {
    TAP_GREETINGS_TOKEN: "t",
    MELTANO_PROJECT_ROOT: "/project",
    MELTANO_ELT_BUFFER_SIZE: "100",
  };

  const run = await runPlugin("greetings-tap.ts", { env });

  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(
    /error: stream \w+: a message is \d+ bytes long, .* \(E_LINE_LENGTH\)/,
  );
  expect(run.stderr).toContain("hint: raise Meltano's setting `elt.buffer_size`");
  expect(run.stdout).toBe("");
});
