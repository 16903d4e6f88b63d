import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { makeProjectFolder, repository } from "./project-folder.ts";

const cli = (name: string): string => join(repository, "packages", name, "dist", "cli.js");
const withSources = join(repository, "packages", "pipeline", "dist", "with-sources.js");

let folder: string;
beforeAll(async () => {
  folder = await makeProjectFolder();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The tables that these tests load: keys of several columns, bookmarks, decimals, times, bytes. */
const taps = {
  "tap-mssql-ts": {
    filter_tables: ["Production.Product*", "Sales.SalesOrderHeader"],
    parallelism: 2,
  },
  "tap-rest-ts": {
    auth_method: "basic",
    pagination: { style: "offset", offset_param: "offset", limit_param: "limit", page_size: 1000 },
    streams: ["SalesOrderHeader", "PurchaseOrderDetail"].map((name) => ({
      name,
      path: `/${name}`,
      records_path: "$.data[*]",
      primary_keys: name === "SalesOrderHeader" ? ["SalesOrderID"] : ["PurchaseOrderDetailID"],
      schema: join(repository, "schemas", "streams", `${name}.json`),
    })),
  },
} as const;

/** Loads a tap's streams by BATCH messages, then compares the tables with its RECORD messages. */
async function loadAndVerify(tap: keyof typeof taps, encoding: object) {
  const file = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const files = join(folder, "files");
  const messages = join(folder, "messages");
  const batchConfig = { encoding, storage: { root: files }, batch_size: 10_000 };
  const records = `node ${cli(tap)} --config ${file("tap.json", taps[tap])} --config ENV`;
  const batches = `${records} --config ${file("batch.json", { batch_config: batchConfig })}`;
  const target = `node ${cli("target-delta-ts")} --config ${file("target.json", { path: join(folder, tap) })}`;
  const line = `set -euo pipefail; ${batches} | tee ${messages} | ${target} >state; ${records} | ${target} --verify`;
  const child = spawn(process.execPath, [withSources, "bash", "-c", line], {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    code,
    messages: linesOf(readFileSync(messages, "utf8")),
    states: linesOf(readFileSync(join(folder, "state"), "utf8")),
    verified: linesOf(text),
    filesLeft: readdirSync(files),
  };
}

const linesOf = (text: string): readonly string[] => text.split("\n").slice(0, -1);

test.each([
  ["S77", "tap-mssql-ts", { format: "parquet" }],
  ["P22", "tap-rest-ts", { format: "jsonl", compression: "gzip" }],
] as const)(
  "P23, %s: %s with %j leaves the tables that its records would leave",
  async (_row, tap, encoding) => {
    const { code, messages, states, verified, filesLeft } = await loadAndVerify(tap, encoding);

    expect(code).toBe(0);
    expect(messages.filter((line) => line.startsWith('{"type":"RECORD"'))).toEqual([]);
    expect(messages.at(-1)).toBe(`{"type":"STATE","value":${states.at(-1)}}`);
    expect(verified.filter((line) => !line.includes('"match":true'))).toEqual([]);
    expect(verified.length).toBeGreaterThan(1);
    expect(filesLeft).toEqual([]);
  },
  120_000,
);
