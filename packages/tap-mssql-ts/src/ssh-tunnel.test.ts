import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ChangingDatabase } from "adventureworks/sqlserver";
import { type ChangingServer, startChangingServer } from "./testing/changing-server.ts";
import { recordsOf, runTap, type TapResult } from "./testing/run-tap.ts";
import { newKey, type SshHost, startSshHost } from "./testing/ssh-host.ts";

const rowCount = 600;
const database = new ChangingDatabase({
  name: "Shop",
  tables: [
    {
      name: "dbo.Orders",
      columns: { ID: "int not null", Note: "nvarchar(200)" },
      primaryKey: ["ID"],
      rows: Array.from({ length: rowCount }, (_, ID) => ({ ID, Note: "x".repeat(150) })),
    },
  ],
});
const password = "tunn3l-p4ssword";
const passphrase = "k3y-p4ssphrase";
const key = newKey();
let server: ChangingServer;
let host: SshHost;

beforeAll(async () => {
  server = await startChangingServer(database, undefined, { encrypt: true });
  host = await startSshHost({ user: "jump", password, publicKey: key.publicKey });
});
afterAll(async () => {
  await host.close();
  await server.close();
});

/** Runs the tap through the SSH host, with settings of its own for the tunnel. */
async function runThrough(
  tunnel: Readonly<Record<string, unknown>>,
  through: SshHost = host,
): Promise<TapResult> {
  const { port, fingerprint } = through;
  return runTap({
    config: server.config({
      encrypt: true,
      trust_server_certificate: true,
      connect_retries: 1,
      ssh_tunnel: {
        host: "127.0.0.1",
        port,
        username: "jump",
        host_fingerprint: fingerprint,
        ...tunnel,
      },
    }),
  });
}

const ids = (result: TapResult) => recordsOf(result, "dbo-Orders").map((row) => row["ID"]);
const all = Array.from({ length: rowCount }, (_, ID) => ID);

describe("S64: the server behind an SSH host is read", () => {
  test.each([
    ["with a password", { password }],
    ["with a private key", { private_key: key.privateKey }],
  ])("%s", async (_how, login) => {
    const before = host.forwards.length;

    const result = await runThrough(login);

    expect(result.stderr).not.toContain("error:");
    expect(result.exitCode).toBe(0);
    expect(ids(result)).toEqual(all);
    expect(host.forwards.slice(before)).toContain(`127.0.0.1:${String(server.config()["port"])}`);
    expect(result.stdout + result.stderr).not.toContain(password);
  });

  test("with a private key that has a passphrase", async () => {
    const locked = newKey(passphrase);
    const other = await startSshHost({ user: "jump", password, publicKey: locked.publicKey });

    const result = await runThrough(
      { private_key: locked.privateKey, private_key_password: passphrase },
      other,
    );
    await other.close();

    expect(ids(result)).toEqual(all);
  });

  test("and goes on behind its last row when the tunnel is lost", async () => {
    const cutting = await startSshHost({
      user: "jump",
      password,
      publicKey: key.publicKey,
      cutAfterBytes: 100_000,
    });

    const result = await runThrough({ password }, cutting);
    await cutting.close();

    expect(result.stderr).toContain("retried");
    expect(result.exitCode).toBe(0);
    expect([...new Set(ids(result))]).toEqual(all);
  });
});

describe("S64: one line says why there is no tunnel:", () => {
  test.each([
    ["a wrong password", { password: "wr0ng-p4ssword" }, "refused the user jump"],
    ["another key", { private_key: newKey().privateKey }, "refused the user jump"],
    ["no key", { private_key: "wr0ng-p4ssword" }, "`ssh_tunnel.private_key` cannot be read"],
    ["another host's key", { password, host_fingerprint: "SHA256:other" }, "has another key than"],
    ["no fingerprint", { password, host_fingerprint: undefined }, "nobody vouched for, SHA256:"],
    ["no SSH host", { password, port: 1 }, "cannot connect to SSH host 127.0.0.1:1"],
  ])("%s", async (_what, tunnel, why) => {
    const result = await runThrough(tunnel);

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(why);
    expect(result.stderr).toMatch(/^error: .* \(E_SSH\)\nhint: /m);
    expect(result.stderr).not.toMatch(/wr0ng-p4ssword|PRIVATE KEY|\n {4}at /);
  });

  test("the server is not where the SSH host looks for it", async () => {
    const result = await runTap({
      config: server.config({
        port: 1,
        connect_retries: 0,
        ssh_tunnel: {
          host: "127.0.0.1",
          port: host.port,
          username: "jump",
          password,
          host_fingerprint: host.fingerprint,
        },
      }),
    });

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("cannot reach 127.0.0.1:1");
  });

  test("a named instance is refused", async () => {
    const result = await runTap({
      config: server.config({
        host: "db\\REPORTS",
        ssh_tunnel: { host: "127.0.0.1", username: "jump", password },
      }),
    });

    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain("a named instance cannot be looked up through an SSH tunnel");
  });
});
