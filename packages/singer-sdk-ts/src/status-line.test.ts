import { execFileSync } from "node:child_process";
import { expect, test } from "@jest/globals";
import { StatusLine } from "./status-line.ts";

/** A terminal of 20 columns that keeps what is written, and a clock. */
function terminal() {
  const written: string[] = [];
  const clock = { ms: 0 };
  const line = new StatusLine({ columns: 20, write: (text) => written.push(text) }, () => clock.ms);
  return { line, written, clock };
}

test("a status is drawn at once, then at most four times a second", () => {
  const { line, written, clock } = terminal();

  for (; clock.ms < 1000; clock.ms += 10) line.show(`${clock.ms}`);

  expect(written).toEqual(["0", "250", "500", "750"].map((text) => `\r\u001B[K${text}\r`));
});

test("what is written takes the place of the status", () => {
  const { line, written } = terminal();

  line.show("busy");
  line.write("event\n");
  line.write("another\n");

  expect(written).toEqual(["\r\u001B[Kbusy\r", "\r\u001B[K", "event\n", "another\n"]);
});

test("a status that is cleared is gone, once", () => {
  const { line, written } = terminal();

  line.show("busy");
  line.show(undefined);
  line.show(undefined);

  expect(written).toEqual(["\r\u001B[Kbusy\r", "\r\u001B[K"]);
});

test("a status never fills the line, so that it does not wrap", () => {
  const { line, written } = terminal();

  line.show("x".repeat(30));

  expect(written).toEqual([`\r\u001B[K${"x".repeat(19)}\r`]);
});

const logModule = new URL("../dist/log.js", import.meta.url).href;
const script = `
  const { createLog } = await import(${JSON.stringify(logModule)});
  const log = createLog({ name: "tap-demo-ts", env: process.env, redactor: { redact: (text) => text } });
  process.stdout.write(log.status === undefined ? "no status" : "status");
`;

test.each([
  [{}, "status"],
  [{ LOGLEVEL: "debug" }, "status"],
  [{ LOGLEVEL: "warning" }, "no status"],
  [{ SINGER_SDK_LOG_CONFIG: "log.yml" }, "no status"],
  [{ TERM: "dumb" }, "no status"],
])("P17, P19: a terminal in the environment %j gets: %s", (env, expected) => {
  const command = `'${process.execPath}' --input-type=module --eval '${script.replaceAll("'", "'\\''")}'`;
  const shown = execFileSync("script", ["--quiet", "--command", command, "/dev/null"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env["PATH"], TERM: "xterm", ...env },
  });

  expect(shown).toBe(expected);
});

test("P17: a log that is no terminal shows no status", () => {
  const shown = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
  });

  expect(shown).toBe("no status");
});
