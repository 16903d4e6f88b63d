// Where the lane loads to: the stand-in, or a real workspace in which a schema is made for the run and dropped after it.
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { startStandIn } from "../../databricks-standin/spark/stand-in.mjs";
import { openSql } from "./spark-sql.mjs";

/** The stand-in; `chooseStatementFault` may refuse statements. */
export async function openStandIn(folder, chooseStatementFault) {
  const standIn = await startStandIn(join(folder, "workspace"), { chooseStatementFault });
  const sql = await openSql(standIn);
  return {
    isReal: false,
    env: standIn.env,
    catalog: "main",
    schema: "default",
    statements: standIn.front.statements,
    query: sql.query,
    call: (method, path) => call({ env: standIn.env, ca: standIn.certificate }, method, path),
    close: async () => {
      await sql.close().catch(() => undefined);
      await standIn.close();
    },
  };
}

/** The workspace of DATABRICKS_HOST and DATABRICKS_TOKEN. */
export async function openRealWorkspace() {
  const missing = ["DATABRICKS_HOST", "DATABRICKS_TOKEN"].filter((name) => !process.env[name]);
  if (missing.length > 0) throw new Error(`cannot run: ${missing.join(" and ")} not set; they name the workspace to test against`);
  const set = Object.entries(process.env).filter(([name]) => /^DATABRICKS_|^NODE_EXTRA_CA_CERTS$/.test(name));
  const schema = `singer_test_${Date.now().toString(36)}`;
  const host = process.env.DATABRICKS_HOST.replace(/^https:\/\//, "").replace(/\/$/, "");
  const env = { DATABRICKS_CATALOG: "main", ...Object.fromEntries(set), DATABRICKS_HOST: host, DATABRICKS_SCHEMA: schema };
  const catalog = env.DATABRICKS_CATALOG;
  const ca = env.NODE_EXTRA_CA_CERTS === undefined ? undefined : readFileSync(env.NODE_EXTRA_CA_CERTS, "utf8");
  env.DATABRICKS_HTTP_PATH ??= await warehousePath({ env, ca });
  const sql = await openSql({ env, certificate: ca });
  await sql.query(`CREATE SCHEMA \`${catalog}\`.\`${schema}\` COMMENT 'Made by pnpm test:databricks, which drops it'`);
  return {
    isReal: true,
    env,
    catalog,
    schema,
    query: sql.query,
    call: (method, path) => call({ env, ca }, method, path),
    close: async () => {
      await sql.query(`DROP SCHEMA \`${catalog}\`.\`${schema}\` CASCADE`);
      await sql.close();
    },
  };
}

async function warehousePath(place) {
  const { DATABRICKS_WAREHOUSE_ID: id } = place.env;
  if (id !== undefined) return `/sql/1.0/warehouses/${id}`;
  const { warehouses = [] } = JSON.parse(await call(place, "GET", "/api/2.0/sql/warehouses"));
  if (warehouses.length !== 1) throw new Error(`cannot run: the workspace has ${warehouses.length} SQL warehouses; set DATABRICKS_WAREHOUSE_ID`);
  return `/sql/1.0/warehouses/${warehouses[0].id}`;
}

/** One call of the workspace's REST interface, past all of our code; gives the answer's bytes. */
function call({ env, ca }, method, path) {
  return new Promise((done, fail) => {
    const headers = { authorization: `Bearer ${env.DATABRICKS_TOKEN}` };
    const outgoing = request(`https://${env.DATABRICKS_HOST}${path}`, { method, headers, ca }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => {
        const bytes = Buffer.concat(chunks);
        if (response.statusCode < 300) done(bytes);
        else fail(new Error(`${method} ${path}: ${response.statusCode} ${bytes.toString().slice(0, 200)}`));
      });
    });
    outgoing.on("error", fail);
    outgoing.end();
  });
}
