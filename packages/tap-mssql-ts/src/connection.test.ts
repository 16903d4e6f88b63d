import { expect, test } from "@jest/globals";
import { parseSettings } from "singer-sdk-ts";
import { Connection } from "tedious";
import { connectionOptions } from "./connection.ts";
import { settings } from "./settings.ts";

const required = { host: "db.example.com", database: "AW", user: "etl", password: "secret" };

test("the settings become tedious' options, encrypted and verified by default", () => {
  const options = connectionOptions(parseSettings(settings, required));

  expect(options).toEqual({
    server: "db.example.com",
    authentication: { type: "default", options: { userName: "etl", password: "secret" } },
    options: {
      port: 1433,
      database: "AW",
      encrypt: true,
      trustServerCertificate: false,
      connectTimeout: 15_000,
      requestTimeout: 3_600_000,
      packetSize: 16_384,
      appName: "tap-mssql-ts",
      readOnlyIntent: false,
      multiSubnetFailover: false,
      connectionIsolationLevel: 2,
      useUTC: true,
      rowCollectionOnRequestCompletion: false,
    },
  });
});

test("S58 S60: a named instance takes the place of the port, and the intent is passed on", () => {
  const options = connectionOptions(
    parseSettings(settings, {
      ...required,
      host: String.raw`db.example.com\REPORTS`,
      application_intent: "ReadOnly",
      server_name: "db.internal",
      certificate_authority: "PEM",
    }),
  );

  expect(options.server).toBe("db.example.com");
  expect(options.options).toMatchObject({
    instanceName: "REPORTS",
    readOnlyIntent: true,
    serverName: "db.internal",
    cryptoCredentialsDetails: { ca: "PEM" },
  });
  expect(options.options).not.toHaveProperty("port");
});

test.each([
  ["https://db.example.com/", "db.example.com", 1433],
  ["tcp:db.example.com,14330", "db.example.com", 14_330],
])("host %s is %s, port %i", (host, server, port) => {
  const options = connectionOptions(parseSettings(settings, { ...required, host }));

  expect(options.server).toBe(server);
  expect(options.options?.port).toBe(port);
});

test("tedious has the method that rows are taken over by", () => {
  expect(typeof Connection.prototype.createTokenStreamParser).toBe("function");
});
