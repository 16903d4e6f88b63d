import { createSocket } from "node:dgram";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ChangingDatabase } from "adventureworks/sqlserver";
import { type ChangingServer, startChangingServer } from "./testing/changing-server.ts";
import { lastState, recordsOf, runTap, type TapResult } from "./testing/run-tap.ts";

const database = new ChangingDatabase({
  name: "Shop",
  tables: [
    {
      name: "dbo.Orders",
      columns: { ID: "int not null", At: "datetime2(7)" },
      primaryKey: ["ID"],
      changeTracking: true,
      rows: [
        { ID: 1, At: "2024-01-01T00:00:00.0000001" },
        { ID: 2, At: "2024-01-01T00:00:00.0000002" },
        { ID: 3, At: "2024-01-01T00:00:00.0000003" },
        { ID: 4, At: null },
      ],
    },
    { name: "dbo.Later", columns: { ID: "int not null" }, primaryKey: ["ID"], rows: [{ ID: 1 }] },
  ],
});
let server: ChangingServer;
/** Whether logins with ApplicationIntent=ReadOnly find no replica. */
let isWithoutReplica = false;

beforeAll(async () => {
  server = await startChangingServer(database, undefined, {
    encrypt: true,
    faults: {
      onLogin: ({ isReadOnly }) => (isReadOnly && isWithoutReplica ? { number: 982 } : undefined),
    },
  });
});
afterAll(async () => {
  await server.close();
});

const orders = { filter_tables: ["dbo.Orders"] };
const ids = (result: TapResult) => recordsOf(result, "dbo-Orders").map((row) => row["ID"]);
/** The statements and logins of one run. */
async function traced(config: Record<string, unknown>, state?: unknown) {
  const before = { statements: server.statements.length, logins: server.logins.length };
  const result = await runTap({ config, ...(state !== undefined && { state }) });
  return {
    result,
    statements: server.statements.slice(before.statements),
    logins: server.logins.slice(before.logins),
  };
}

describe("encryption", () => {
  const encrypted = { ...orders, encrypt: true, connect_retries: 0 };

  test("S56: a certificate of the given authority for the given name is accepted", async () => {
    const result = await runTap({
      config: server.config({
        ...encrypted,
        certificate_authority: server.certificate,
        server_name: "localhost",
      }),
    });

    expect(result.stderr).not.toContain("E_TLS");
    expect(result.exitCode).toBe(0);
    expect(ids(result)).toHaveLength(4);
  });

  test("S56: a certificate for another name is refused", async () => {
    const result = await runTap({
      config: server.config({
        ...encrypted,
        certificate_authority: server.certificate,
        server_name: "db.example.com",
      }),
    });

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("E_TLS");
  });

  test("S57: an unknown certificate is refused unless it is trusted", async () => {
    const refused = await runTap({ config: server.config(encrypted) });
    const trusted = await runTap({
      config: server.config({ ...encrypted, trust_server_certificate: true }),
    });

    expect(refused.stderr).toContain("E_TLS");
    expect(trusted.exitCode).toBe(0);
  });
});

describe("the session", () => {
  test("S66: SET statements, packet size and application name reach the server", async () => {
    const { result, statements, logins } = await traced(
      server.config({
        ...orders,
        session_statements: ["SET LOCK_TIMEOUT 10000", "SET ANSI_WARNINGS ON"],
        packet_size_bytes: 8192,
        application_name: "nightly",
      }),
    );

    expect(result.exitCode).toBe(0);
    expect(statements.slice(0, 3)).toEqual(
      expect.arrayContaining(["SET LOCK_TIMEOUT 10000", "SET ANSI_WARNINGS ON"]),
    );
    expect(logins[0]).toMatchObject({ packetBytes: 8192, applicationName: "nightly" });
  });

  test("S66 E21: conn_properties of wintersrd's tap is understood", async () => {
    const { statements } = await traced(
      server.config({ ...orders, conn_properties: "SET ANSI_NULLS ON;SET NOCOUNT ON;" }),
    );

    expect(statements).toEqual(expect.arrayContaining(["SET ANSI_NULLS ON", "SET NOCOUNT ON"]));
  });

  test("S67: the log of packets has headers, and neither password nor rows", async () => {
    const result = await runTap({ config: server.config({ ...orders, enable_tds_logging: true }) });

    expect(result.exitCode).toBe(0);
    expect(result.stderr).toMatch(/tds.*type/i);
    expect(result.stderr).not.toContain("s3cret!");
    expect(result.stderr).not.toContain("2024-01-01");
  });

  test("S58: ReadOnly reaches the server, Change Tracking streams go to the primary", async () => {
    const full = await traced(server.config({ ...orders, application_intent: "ReadOnly" }));
    const logged = await traced(
      server.config({
        ...orders,
        application_intent: "ReadOnly",
        default_replication_method: "LOG_BASED",
      }),
    );

    expect(full.logins.every(({ isReadOnly }) => isReadOnly)).toBe(true);
    expect(logged.logins[0]?.isReadOnly).toBe(true);
    expect(logged.logins.at(-1)?.isReadOnly).toBe(false);
    expect(logged.result.exitCode).toBe(0);
  });

  test("S58: without a readable replica the primary is read, and said so", async () => {
    isWithoutReplica = true;
    const { result, logins } = await traced(
      server.config({ ...orders, application_intent: "ReadOnly" }),
    );
    isWithoutReplica = false;

    expect(result.exitCode).toBe(0);
    expect(result.stderr).toContain("replica_missing");
    expect(logins.at(-1)?.isReadOnly).toBe(false);
  });

  test("S59: all addresses of a name are tried at once", async () => {
    const result = await runTap({
      config: server.config({ ...orders, host: "localhost", multi_subnet_failover: true }),
    });

    expect(result.exitCode).toBe(0);
    expect(ids(result)).toHaveLength(4);
  });

  test("S60: the SQL Server Browser is asked for a named instance's port", async () => {
    const browser = createSocket("udp4");
    browser.on("message", (_message, from) => {
      const text = `ServerName;DB;InstanceName;REPORTS;IsClustered;No;Version;16.0.1000.6;tcp;${String(server.config()["port"])};;`;
      const head = Buffer.from([5, text.length & 0xff, text.length >> 8]);
      browser.send(Buffer.concat([head, Buffer.from(text)]), from.port, from.address);
    });
    // MC-SQLR 1.9: the Browser listens on UDP port 1434.
    await new Promise<void>((resolve) => browser.bind(1434, "127.0.0.1", resolve));

    const result = await runTap({
      config: server.config({ ...orders, host: "127.0.0.1\\REPORTS", port: 1 }),
    });
    browser.close();

    expect(result.exitCode).toBe(0);
    expect(ids(result)).toHaveLength(4);
  });

  test("S63: Kerberos is refused with what to use instead", async () => {
    const result = await runTap({ config: server.config({ authentication: "kerberos" }) });

    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain("the driver offers no Kerberos");
    expect(result.stderr).toContain("azure-active-directory-access-token");
  });

  test.each([
    ["S61", "azure-active-directory-service-principal-secret", "`client_id`"],
    ["S61", "azure-active-directory-access-token", "`access_token`"],
    ["S62", "ntlm", "`domain`"],
  ])(
    "%s: (written, never run) %s names what it lacks before it connects",
    async (_id, authentication, name) => {
      const { result, logins } = await traced(server.config({ authentication }));

      expect(result.exitCode).toBe(2);
      expect(result.stderr).toContain(name);
      expect(logins).toEqual([]);
    },
  );
});

describe("reads", () => {
  test("S24: a key parameter has its column's own type, so that the index is sought", async () => {
    const state = {
      bookmarks: {
        "dbo-Orders": {
          replication_key: "At",
          replication_key_value: "2024-01-01T00:00:00.0000002Z",
        },
      },
    };
    const { statements } = await traced(
      server.config({
        ...orders,
        default_replication_method: "INCREMENTAL",
        default_replication_keys: ["At"],
      }),
      state,
    );

    expect(statements.at(-1)).toMatch(/\[At\] >= CONVERT\(datetime2\(7\), .*@p1/);
  });

  test("S25: hints of the settings stand in the statements", async () => {
    const { result, statements } = await traced(
      server.config({ ...orders, query_hints: "RECOMPILE, MAXDOP 1", table_hints: "READPAST" }),
    );

    expect(result.exitCode).toBe(0);
    expect(statements.at(-1)).toMatch(
      /\[Orders\] WITH \(READPAST\).* OPTION \(RECOMPILE, MAXDOP 1\)$/,
    );
  });

  test("S34: a bookmark keeps all seven digits, also where RECORDs are cut", async () => {
    const config = server.config({
      ...orders,
      default_replication_method: "INCREMENTAL",
      default_replication_keys: ["At"],
      nulls_in_replication_key: "exclude",
      max_fraction_digits: 3,
    });

    const first = await runTap({ config });
    const second = await runTap({ config, state: lastState(first) });

    expect(lastState(first)?.bookmarks["dbo-Orders"]).toMatchObject({
      replication_key_value: "2024-01-01T00:00:00.0000003Z",
    });
    expect(ids(second)).toEqual([3]);
  });

  test.each([
    ["include", 0, [4, 1, 2, 3]],
    ["exclude", 0, [1, 2, 3]],
    ["error", 1, []],
  ])("S32: rows without replication key: %s", async (policy, exitCode, expected) => {
    const result = await runTap({
      config: server.config({
        ...orders,
        default_replication_method: "INCREMENTAL",
        default_replication_keys: ["At"],
        nulls_in_replication_key: policy,
      }),
    });

    expect(result.exitCode).toBe(exitCode);
    expect(ids(result)).toEqual(expected);
    expect(result.stderr.includes("E_REPLICATION_KEY")).toBe(exitCode === 1);
  });

  test("S72: rows are read as they come; a fetch size of other taps is accepted with a warning", async () => {
    const result = await runTap({ config: server.config({ ...orders, cursor_array_size: 500 }) });

    expect(result.exitCode).toBe(0);
    expect(result.stderr).toMatch(/cursor_array_size/);
    expect(ids(result)).toHaveLength(4);
  });

  test("S76: the stream that a stopped run was in comes first", async () => {
    const state = { currently_syncing: "dbo-Orders", bookmarks: {} };

    const { result } = await traced(server.config(), state);

    const schemas = result.messages.flatMap(({ type, stream }) =>
      type === "SCHEMA" ? [stream] : [],
    );
    expect(schemas).toEqual(["dbo-Orders", "dbo-Later"]);
  });
});

test("S75: a STATE follows every so many rows", async () => {
  const rows = Array.from({ length: 20_000 }, (_, ID) => ({ ID, Name: "x".repeat(100) }));
  const large = await startChangingServer(
    new ChangingDatabase({
      name: "Large",
      tables: [
        {
          name: "dbo.Rows",
          columns: { ID: "int not null", Name: "varchar(100)" },
          primaryKey: ["ID"],
          rows,
        },
      ],
    }),
  );

  const stateCount = async (interval: number): Promise<number> => {
    const config = large.config({ state_interval_rows: interval });
    return (await runTap({ config })).messages.filter(({ type }) => type === "STATE").length;
  };
  const [often, seldom] = [await stateCount(1000), await stateCount(1_000_000)];
  await large.close();

  expect(often).toBeGreaterThan(seldom + 8);
  expect(seldom).toBeLessThanOrEqual(3);
});
