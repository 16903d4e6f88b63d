import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeltaTable, openStore } from "delta-lake-ts";
import { startWorkspace } from "../../databricks-standin/dist/index.js";
import { run } from "../databricks/process.mjs";

const lines = (ids) =>
  [
    { type: "SCHEMA", stream: "Sales-Orders", schema: { properties: { id: { type: "integer" } } }, key_properties: ["id"] },
    ...ids.map((id) => ({ type: "RECORD", stream: "Sales-Orders", record: { id } })),
  ]
    .map((line) => JSON.stringify(line))
    .join("\n");

/**
 * The executable writes an external table of Unity Catalog into the bucket at `url`, knowing no credentials but those
 * that the catalog lends; the catalog is a stand-in, the S3 server is not. Lent ones run out at once, and are lent anew.
 */
export async function checkUnityCatalog(url, lent) {
  const folder = mkdtempSync(join(tmpdir(), "catalog-"));
  const tables = new Map();
  const lend = () => ({ aws_temp_credentials: { ...lent, session_token: "" }, expiration_time: Date.now() + 1000 });
  const workspace = await startWorkspace({ root: folder, token: "secret", catalog: { tables, lend } });
  try {
    const config = join(folder, "config.json");
    const databricks = { host: workspace.url, token: "secret", external_location: `${url}/lake` };
    writeFileSync(config, JSON.stringify({ path: "uc://main.sales", load_audit: true, databricks }));
    const env = { AWS_ENDPOINT_URL: process.env.AWS_ENDPOINT_URL };
    for (const ids of [[1, 2], [2, 3]]) {
      const { code, stderr } = await run("target-delta-ts/dist/cli.js", ["--config", config], { env, input: lines(ids) }).result;
      assert.equal(code, 0, stderr);
      assert.ok(!stderr.includes(lent.secret_access_key));
    }

    const table = await DeltaTable.open(openStore(`${url}/lake/Sales_Orders`));
    const asked = (path) => workspace.requests.filter((request) => request.endsWith(path)).length;

    assert.equal(table.rowCount, 3);
    assert.deepEqual(new Set(tables.keys()), new Set(["main.sales.Sales_Orders", "main.sales._sdc_loads"]));
    assert.ok(asked("/temporary-path-credentials") > 1);
    assert.ok(asked("/temporary-table-credentials") > 1);
  } finally {
    await workspace.close();
  }
}
