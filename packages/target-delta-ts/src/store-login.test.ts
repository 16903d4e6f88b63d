import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { createWorkspace, schema, type Workspace } from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

const executable = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

test.each([
  [{}, "RegionMissing (E_STORE)\nhint: set AWS_REGION to the region of the bucket"],
  [{ AWS_REGION: "eu-west-1" }, "CredentialsProviderError (E_STORE)\nhint: check the login (AWS_"],
])(
  "T6: a bucket that cannot be opened is told with what is missing in the environment %j",
  async (env, told) => {
    const config = join(workspace.folder, "config.json");
    await writeFile(config, JSON.stringify({ path: "s3://bucket/lake" }));

    const { status, stderr } = spawnSync(process.execPath, [executable, "--config", config], {
      input: `${JSON.stringify(schema("orders", { id: { type: "integer" } }))}\n`,
      encoding: "utf8",
      // Nothing of this machine's own logins, and nobody to ask for one.
      env: { HOME: workspace.folder, AWS_EC2_METADATA_DISABLED: "true", ...env },
    });

    expect(status).toBe(1);
    expect(stderr).toContain(told);
  },
);
