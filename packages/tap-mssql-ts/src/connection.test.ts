import { expect, test } from "@jest/globals";
import { parseSettings } from "singer-sdk-ts";
import { Connection } from "tedious";
import { connectionOptions } from "./connection.ts";
import { serverConfig } from "./server-config.ts";
import { type Config, settings } from "./settings.ts";

/** The checked config of a server with more settings. */
function configOf(more: Readonly<Record<string, unknown>>): Config {
  const server = { host: "db.example.com", database: "AW", user: "etl", password: "secret" };
  return serverConfig(parseSettings(settings, { ...server, ...more }));
}

test("the settings become tedious' options, encrypted and verified by default", () => {
  const options = connectionOptions(configOf({}));

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
      debug: { packet: false, data: false, payload: false, token: false },
      maxRetriesOnTransientErrors: 0,
      useUTC: true,
      rowCollectionOnRequestCompletion: false,
    },
  });
});

test("S58 S60: a named instance takes the place of the port, and the intent is passed on", () => {
  const options = connectionOptions(
    configOf({
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
  const options = connectionOptions(configOf({ host }));

  expect(options.server).toBe(server);
  expect(options.options?.port).toBe(port);
});

test("tedious has the method that rows are taken over by", () => {
  expect(typeof Connection.prototype.createTokenStreamParser).toBe("function");
});

test.each([
  [
    { authentication: "ntlm", domain: "CORP" },
    { type: "ntlm", options: { userName: "etl", password: "secret", domain: "CORP" } },
  ],
  [
    {
      authentication: "azure-active-directory-service-principal-secret",
      client_id: "app",
      client_secret: "key",
      tenant_id: "tenant",
    },
    {
      type: "azure-active-directory-service-principal-secret",
      options: { clientId: "app", clientSecret: "key", tenantId: "tenant" },
    },
  ],
  [
    { authentication: "azure-active-directory-access-token", access_token: "t" },
    { type: "azure-active-directory-access-token", options: { token: "t" } },
  ],
  [
    { authentication: "azure-active-directory-msi-vm" },
    { type: "azure-active-directory-msi-vm", options: {} },
  ],
])("S61 S62: (written, never run) %j is passed on as the driver documents it", (more, expected) => {
  const options = connectionOptions(configOf({ ...more }));

  expect(options.authentication).toEqual(expected);
});

test("S61: (written, never run) all settings that a method lacks are named at once", () => {
  const config = configOf({
    authentication: "azure-active-directory-service-principal-secret",
    tenant_id: "tenant",
  });

  expect(() => connectionOptions(config)).toThrow(/needs `client_id`, `client_secret`/);
});
