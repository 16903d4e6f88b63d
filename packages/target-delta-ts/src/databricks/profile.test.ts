import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { openWorkspace } from "./connection.ts";
import { parseProfiles, readProfile } from "./profile.ts";

const text = `; made by databricks configure
[DEFAULT]
host = https://one.cloud.databricks.com/
token=dapi1

[azure]
host            = https://adb-1.2.azuredatabricks.net
azure_tenant_id = t
azure_client_id = c
azure_client_secret = s
auth_type = azure-client-secret
`;

async function profileFile(): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "profile-")), "databrickscfg");
  await writeFile(file, text);
  return file;
}

test("profiles are read as the Databricks CLI writes them", () => {
  expect(Object.fromEntries(parseProfiles(text))).toEqual({
    DEFAULT: { host: "https://one.cloud.databricks.com/", token: "dapi1" },
    azure: {
      host: "https://adb-1.2.azuredatabricks.net",
      azure_tenant_id: "t",
      azure_client_id: "c",
      azure_client_secret: "s",
    },
  });
});

test("a profile that is missing is named beside those there are", async () => {
  const file = await profileFile();

  expect(() => readProfile("prod", file)).toThrow("has no profile prod");
});

test("a workspace is opened by its profile", async () => {
  const config = { profile: "azure", config_file: await profileFile() };

  const workspace = openWorkspace({
    ...config,
    catalog: "main",
    schema: "default",
    volume: "v",
    staging_method: "volume" as const,
    cluster_by: [],
    keep_staged_files: false,
  });

  expect([workspace.host, workspace.port]).toEqual(["adb-1.2.azuredatabricks.net", 443]);
});
