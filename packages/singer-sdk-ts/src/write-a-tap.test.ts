import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { runPlugin } from "./testing/run-plugin.ts";

const page = readFileSync(new URL("../../../docs/write-a-tap.md", import.meta.url), "utf8");
const [, program = ""] = /```js\n([^]*?)```/.exec(page) ?? [];
const [, output = ""] = /```console\n\$ [^\n]*\n([^]*?)```/.exec(page) ?? [];

// A folder as a reader of the page has it: the SDK installed, the tap and its configuration saved.
const folder = mkdtempSync(join(tmpdir(), "write-a-tap-"));
mkdirSync(join(folder, "node_modules"));
symlinkSync(
  fileURLToPath(new URL("..", import.meta.url)),
  join(folder, "node_modules", "singer-sdk-ts"),
);
const tap = join(folder, "tap-squares.mjs");
writeFileSync(tap, program);
const config = join(folder, "config.json");
writeFileSync(config, '{"last": 2}');

test("the tap of the page has no more than 40 lines and prints what the page shows", async () => {
  const { code, stdout } = await runPlugin(tap, { args: ["--config", config] });

  expect(program.trimEnd().split("\n").length).toBeLessThanOrEqual(40);
  expect({ code, stdout }).toEqual({ code: 0, stdout: output });
});

test("P5: the tap of the page goes on from its state", async () => {
  const state = join(folder, "state.json");
  writeFileSync(state, '{"bookmarks":{"squares":{"replication_key_value":2}}}');

  const { stdout } = await runPlugin(tap, {
    args: ["--state", state],
    env: { TAP_SQUARES_LAST: "3" },
  });

  expect(stdout.match(/"record":.*/g)).toEqual(['"record":{"number":3,"square":9}}']);
});

test("P7: the tap of the page reads one record when it is tested", async () => {
  const { stdout } = await runPlugin(tap, { args: ["--test", "--config", config] });

  expect(stdout.match(/"RECORD"/g)).toHaveLength(1);
});
