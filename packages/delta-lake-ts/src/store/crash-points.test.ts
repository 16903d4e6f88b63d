import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

const soak = new URL("../../../testing/e2e/soak/crash-points.mjs", import.meta.url).pathname;

test("a process that is killed at a file operation, or whose disk is full, leaves a table that all can read", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [soak, "--count", "3"]);

  expect(stdout).toMatch(/^[1-9]\d* passed, 0 failed$/m);
}, 120_000);
