import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { startApi } from "./api/index.ts";
import { generate } from "./generate/index.ts";
import { startSqlServer } from "./sqlserver/index.ts";

/**
 * Starts both sample sources on loopback, prints where they are as one JSON line,
 * and runs until SIGTERM, SIGINT or the end of stdin, so that it never outlives who started it.
 * Ports that are not named are free ones; the password is random unless given.
 */
const { values: flags } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    scale: { type: "string", default: "1" },
    user: { type: "string", default: "adventureworks" },
    password: { type: "string", default: randomBytes(18).toString("base64url") },
    "no-encrypt": { type: "boolean", default: false },
    "mssql-port": { type: "string", default: "0" },
    "api-port": { type: "string", default: "0" },
    "api-page-size-max": { type: "string", default: "10000" },
    "api-shape": { type: "string", default: "data-total" },
  },
});

const { user, password } = flags;
const database = generate({ seed: Number(flags.seed), scale: Number(flags.scale) });
const sqlServer = await startSqlServer({
  database,
  user,
  password,
  port: Number(flags["mssql-port"]),
  encrypt: !flags["no-encrypt"],
});
const api = await startApi({
  database,
  user,
  password,
  port: Number(flags["api-port"]),
  pageSizeMax: Number(flags["api-page-size-max"]),
  shape: flags["api-shape"] === "array" ? "array" : "data-total",
});

// Awaited from before the line is printed: whoever reads it may end this at once.
process.stdin.resume();
const ended = Promise.race([
  once(process.stdin, "end"), // A file, such as /dev/null, ends and never closes.
  once(process.stdin, "close"),
  once(process, "SIGTERM"),
  once(process, "SIGINT"),
]);

const { host, port } = sqlServer;
const mssql = { host, port, user, password, database: database.name };
process.stdout.write(`${JSON.stringify({ mssql, api: { url: api.url, user, password } })}\n`);

await ended;
await Promise.all([sqlServer.close(), api.close()]);
process.stdin.destroy();
