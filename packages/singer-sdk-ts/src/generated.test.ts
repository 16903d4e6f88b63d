import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

const generate = fileURLToPath(new URL("../../../.config/scripts/generate.mjs", import.meta.url));

test("settings schemas, Hub definitions and README tables follow from the plugins' settings", () => {
  const output = execFileSync(process.execPath, [generate, "--check"], { encoding: "utf8" });

  expect(output).toBe("");
});
