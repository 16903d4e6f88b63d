import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeProjectFolder } from "./project-folder.ts";
import { type SampleApi, startSampleApi } from "./sample-api.ts";
import { StartRun } from "./start-run.ts";

let api: SampleApi;
beforeAll(async () => {
  api = await startSampleApi();
});
afterAll(() => api.close());

/** A SQL Server that is not there. */
const unknownServer = {
  TAP_MSSQL_HOST: "no-such-host.invalid",
  TAP_MSSQL_USER: "etl",
  TAP_MSSQL_PASSWORD: "canary-p4ssword",
  TAP_MSSQL_DATABASE: "AdventureWorks",
};

describe("start", () => {
  test("a source that fails does not stop the other from loading, and makes the run fail", async () => {
    const folder = await makeProjectFolder();

    const { code, output } = await new StartRun(folder, { ...unknownServer, ...api.env }).result;

    expect(code).toBe(1);
    expect(output).toMatch(/^sqlserver: .*no-such-host\.invalid.*\(E_\w+\)/m);
    expect(output).toMatch(/^sqlserver: FAILED/m);
    expect(output).toMatch(/^api: loaded, 4 streams, 165,639 rows/m);
    expect(output).toMatch(/^SalesOrderDetail .* match$/m);
    expect(output).not.toContain("canary-p4ssword");
    expect(output).not.toMatch(/^\s+at /m);
    expect(await readdir(join(folder, "output", "docker_elt", "api"))).toContain(
      "SalesOrderHeader",
    );
  });

  test("a group that is half set is exit 2 and names what is missing", async () => {
    const { code, output } = await new StartRun(await makeProjectFolder(), { TAP_MSSQL_HOST: "db" })
      .result;

    expect(code).toBe(2);
    expect(output).toBe(
      "error: SQL Server set in part: missing TAP_MSSQL_USER, TAP_MSSQL_PASSWORD, TAP_MSSQL_DATABASE (E_SETTING)\n" +
        "hint: set them in .env, or unset the whole group; with nothing set the run uses its sample sources\n",
    );
  });

  test("tables of another source are left alone", async () => {
    const folder = await makeProjectFolder();
    const tables = join(folder, "output", "docker_elt", "api");
    await mkdir(tables, { recursive: true });
    await writeFile(join(tables, "_source.json"), '{"source":"api.example.com"}\n');

    const { code, output } = await new StartRun(folder, api.env).result;

    expect(code).toBe(2);
    expect(output).toContain(
      "output/docker_elt/api holds tables from api.example.com, not from 127.0.0.1",
    );
    expect(await readdir(tables)).toEqual(["_source.json"]);
  });

  test("an output folder that can't be written is named", async () => {
    const folder = await makeProjectFolder();
    await writeFile(join(folder, "output"), "a file where the folder should be");

    const { code, output } = await new StartRun(folder, api.env).result;

    expect(code).toBe(1);
    expect(output).toMatch(
      /error: cannot write to the output folder .*output\/docker_elt\/api: ENOTDIR \(E_OUTPUT_FOLDER\)/,
    );
  });
});
