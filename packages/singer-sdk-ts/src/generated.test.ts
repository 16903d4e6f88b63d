import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

const generate = fileURLToPath(new URL("../../../.config/scripts/generate.mjs", import.meta.url));

test("settings schemas, Hub definitions, README tables and the pages of exported things are not stale", () => {
  const output = execFileSync(process.execPath, [generate, "--check"], { encoding: "utf8" });

  expect(output).toBe("");
}, 120_000);
