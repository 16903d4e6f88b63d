import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ChangingDatabase } from "adventureworks/sqlserver";
import { parseConnectionString } from "./connection-string.ts";
import { type ChangingServer, startChangingServer } from "./testing/changing-server.ts";
import { recordsOf, runTap } from "./testing/run-tap.ts";

const database = new ChangingDatabase({
  name: "Shop",
  tables: [
    { name: "dbo.Orders", columns: { ID: "int not null" }, primaryKey: ["ID"], rows: [{ ID: 1 }] },
  ],
});
let server: ChangingServer;

beforeAll(async () => {
  server = await startChangingServer(database);
});
afterAll(async () => {
  await server.close();
});

test.each([
  ["Server=127.0.0.1,PORT;Initial Catalog=Shop;User Id=etl;Password='s3cret!';Encrypt=false;"],
  ["mssql://etl:s3cret%21@127.0.0.1:PORT/Shop?encrypt=false"],
])("S65: %s connects", async (pattern) => {
  const text = pattern.replace("PORT", String(server.config()["port"]));

  const result = await runTap({ config: { connection_string: text } });

  expect(result.exitCode).toBe(0);
  expect(recordsOf(result, "dbo-Orders")).toEqual([{ ID: 1 }]);
});

test("S65: without a server the missing settings are named, and nothing of a bad string is shown", async () => {
  const missing = await runTap({ config: { user: "etl" } });
  const bad = await runTap({ config: { connection_string: "my-s3cret-words" } });

  expect(missing.exitCode).toBe(2);
  expect(missing.stderr).toMatch(/`host` \(TAP_MSSQL_HOST\), `database`/);
  expect(bad.exitCode).toBe(2);
  expect(bad.stderr).toContain("E_SETTING");
  expect(bad.stderr).not.toContain("s3cret");
});

test("S65: quoted values keep semicolons and doubled quotes, unknown keywords are passed over", () => {
  const text =
    'Driver={ODBC Driver 18 for SQL Server};Server=db;PWD="a;b""c";TrustServerCertificate=yes;ApplicationIntent=ReadOnly';

  expect(parseConnectionString(text)).toEqual({
    host: "db",
    password: 'a;b"c',
    trust_server_certificate: true,
    application_intent: "ReadOnly",
  });
});
