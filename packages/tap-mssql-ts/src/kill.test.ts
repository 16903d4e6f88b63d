import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

const soak = fileURLToPath(new URL("../../testing/e2e/soak/mssql.mjs", import.meta.url));

// A small round of `pnpm soak mssql`, which kills a hundred times.
test.each(["full", "incremental", "tracking", "cdc"])(
  "a killed %s run through tap | target goes on from its last state: Delta has the source's rows",
  async (method) => {
    const args = [soak, "--method", method, "--seed", "7", "--count", "1"];

    const { stdout } = await promisify(execFile)(process.execPath, args);

    expect(stdout).toContain("1 passed, 0 failed");
  },
);
