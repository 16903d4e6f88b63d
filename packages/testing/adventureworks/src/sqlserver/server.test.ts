import { connect as connectTcp } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Connection, type ConnectionConfiguration, Request, TYPES } from "tedious";

import { generate } from "../generate/index.ts";
import { type SqlServer, startSqlServer } from "./index.ts";

const password = "pä$$ wörd";
const database = generate();
let server: SqlServer;

beforeAll(async () => {
  server = await startSqlServer({ database, user: "sa", password });
});
afterAll(() => server.close());

interface LoginOptions {
  readonly encrypt?: boolean;
  readonly password?: string;
  readonly database?: string;
  readonly port?: number;
  readonly packetSize?: number;
  readonly ca?: string;
}

function configuration(options: LoginOptions): ConnectionConfiguration {
  return {
    server: "localhost",
    authentication: {
      type: "default",
      options: { userName: "sa", password: options.password ?? password },
    },
    options: {
      port: options.port ?? server.port,
      encrypt: options.encrypt ?? false,
      trustServerCertificate: options.ca === undefined,
      ...(options.ca === undefined ? {} : { cryptoCredentialsDetails: { ca: options.ca } }),
      database: options.database ?? "AdventureWorks",
      packetSize: options.packetSize ?? 4096,
      connectTimeout: 10_000,
    },
  };
}

async function connect(options: LoginOptions = {}): Promise<Connection> {
  const connection = new Connection(configuration(options));
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error === undefined ? resolve() : reject(error)));
  });
  return connection;
}

interface Answer {
  readonly rowCount: number;
  readonly rows: readonly unknown[][];
}

function run(
  connection: Connection,
  sql: string,
  prepare?: (request: Request) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const rows: unknown[][] = [];
    const request = new Request(sql, (error, rowCount) =>
      error === undefined || error === null
        ? resolve({ rowCount: rowCount ?? 0, rows })
        : reject(error),
    );
    request.on("row", (columns: readonly { value: unknown }[]) =>
      rows.push(columns.map(({ value }) => value)),
    );
    if (prepare === undefined) connection.execSqlBatch(request);
    else {
      prepare(request);
      connection.execSql(request);
    }
  });
}

test.each([
  { encrypt: false, packetSize: 4096 },
  { encrypt: true, packetSize: 4096 },
  { encrypt: false, packetSize: 512 },
  { encrypt: true, packetSize: 16_384 },
])("a table arrives whole with %p", async (options) => {
  const connection = await connect(options);

  const { rowCount, rows } = await run(connection, "SELECT * FROM Production.ProductModel");

  const table = database.table("Production", "ProductModel");
  const name = table.schema.columns.findIndex((column) => column.name === "Name");
  const description = table.schema.columns.findIndex(
    (column) => column.name === "CatalogDescription",
  );
  expect(rowCount).toBe(table.rowCount);
  expect(rows.map((row) => row[name])).toEqual(table.columns[name]);
  expect(rows.map((row) => row[description])).toEqual(table.columns[description]);
  connection.close();
});

test("a client that trusts the server's certificate reaches it as localhost", async () => {
  const connection = await connect({ encrypt: true, ca: server.certificate });

  expect((await run(connection, "SELECT DB_NAME()")).rows).toEqual([["AdventureWorks"]]);
  connection.close();
});

test("a client that does not trust the certificate is told that it is self-signed", async () => {
  const strict = configuration({ encrypt: true });
  const connection = new Connection({
    ...strict,
    options: { ...strict.options, trustServerCertificate: false },
  });

  const error = await new Promise<Error | undefined>((resolve) => {
    connection.connect(resolve);
  });

  expect(error?.message).toContain("self-signed certificate");
});

test("a wrong password is error 18456, an unknown database 4060", async () => {
  await expect(connect({ password: "no" })).rejects.toThrow("Login failed for user 'sa'.");
  await expect(connect({ database: "nope" })).rejects.toThrow(
    'Cannot open database "nope" requested by the login.',
  );
});

test("a server without encryption serves clients that do not ask for it", async () => {
  const plain = await startSqlServer({ database, user: "sa", password, encrypt: false });

  const connection = await connect({ port: plain.port });
  await expect(connect({ port: plain.port, encrypt: true })).rejects.toThrow("encryption");
  expect((await run(connection, "SELECT 1")).rows).toEqual([[1]]);
  connection.close();
  await plain.close();
});

test("typed parameters arrive as they were sent", async () => {
  const connection = await connect();
  const instant = new Date("2020-02-29T23:59:59.997Z");

  const { rows } = await run(
    connection,
    "SELECT @int, @big, @bit, @float, @money, @decimal, @text, @max, @none, @binary, @guid, @datetime, @datetime2, @date, @time, CONVERT(varchar(40), @offset, 127), @small",
    (request) => {
      request.addParameter("int", TYPES.Int, -5);
      request.addParameter("big", TYPES.BigInt, "9223372036854775807");
      request.addParameter("bit", TYPES.Bit, true);
      request.addParameter("float", TYPES.Float, 0.1);
      request.addParameter("money", TYPES.Money, -1.2345);
      request.addParameter("decimal", TYPES.Decimal, 123.45, { precision: 20, scale: 2 });
      request.addParameter("text", TYPES.NVarChar, "naïve 🚲");
      request.addParameter("max", TYPES.NVarChar, "x".repeat(10_000), {
        length: Number.POSITIVE_INFINITY,
      });
      request.addParameter("none", TYPES.NVarChar, null);
      request.addParameter("binary", TYPES.VarBinary, Buffer.from([0, 255]));
      request.addParameter("guid", TYPES.UniqueIdentifier, "01234567-89AB-CDEF-0123-456789ABCDEF");
      request.addParameter("datetime", TYPES.DateTime, instant);
      request.addParameter("datetime2", TYPES.DateTime2, instant, { scale: 3 });
      request.addParameter("date", TYPES.Date, instant);
      request.addParameter("time", TYPES.Time, instant, { scale: 3 });
      request.addParameter("offset", TYPES.DateTimeOffset, instant, { scale: 3 });
      request.addParameter("small", TYPES.SmallDateTime, new Date("2020-01-01T10:30:00Z"));
    },
  );

  expect(rows[0]?.slice(0, 8)).toEqual([
    -5,
    "9223372036854775807",
    true,
    0.1,
    -1.2345,
    123.45,
    "naïve 🚲",
    "x".repeat(10_000),
  ]);
  expect(rows[0]?.slice(8, 11)).toEqual([
    null,
    Buffer.from([0, 255]),
    "01234567-89AB-CDEF-0123-456789ABCDEF",
  ]);
  expect(
    rows[0]?.slice(11, 14).map((value) => (value instanceof Date ? value.toISOString() : value)),
  ).toEqual(["2020-02-29T23:59:59.997Z", "2020-02-29T23:59:59.997Z", "2020-02-29T00:00:00.000Z"]);
  expect(rows[0]?.[15]).toBe("2020-02-29T23:59:59.997Z");
  connection.close();
});

test("an error names its number and the connection goes on", async () => {
  const connection = await connect();

  await expect(run(connection, "SELECT * FROM dbo.Nope")).rejects.toMatchObject({
    number: 208,
    class: 16,
    state: 1,
  });
  await expect(run(connection, "TRUNCATE TABLE dbo.ErrorLog")).rejects.toMatchObject({
    number: 102,
    class: 15,
  });
  expect((await run(connection, "SELECT @@TRANCOUNT")).rows).toEqual([[0]]);
  connection.close();
});

test("an attention stops a result in its middle", async () => {
  const connection = await connect();
  const canceled = new Promise<{ rowCount: number; error: Error | null | undefined }>((resolve) => {
    let rowCount = 0;
    const request = new Request(
      "SELECT a.* FROM Sales.SalesOrderDetail a CROSS JOIN sys.schemas b",
      (error) => resolve({ rowCount, error }),
    );
    request.on("row", () => {
      rowCount += 1;
      if (rowCount === 10) connection.cancel();
    });
    connection.execSqlBatch(request);
  });

  const { rowCount, error } = await canceled;

  expect(error).toMatchObject({ code: "ECANCEL" });
  expect(rowCount).toBeLessThan(900_000);
  expect((await run(connection, "SELECT 1")).rows).toEqual([[1]]);
  connection.close();
});

test("an attention stops a wait", async () => {
  const connection = await connect();
  const request = new Request("WAITFOR DELAY '00:01:00'", () => undefined);
  const done = new Promise<unknown>((resolve) => {
    request.callback = resolve;
  });
  connection.execSqlBatch(request);
  setImmediate(() => connection.cancel());

  expect(await done).toMatchObject({ code: "ECANCEL" });
  connection.close();
});

test("prepared statements and transactions work", async () => {
  const connection = await connect();
  const rows: unknown[] = [];
  const request = new Request(
    "SELECT Name FROM HumanResources.Department WHERE DepartmentID = @id",
    () => undefined,
  );
  request.addParameter("id", TYPES.SmallInt);
  request.on("row", ([column]: readonly { value: unknown }[]) => rows.push(column?.value));
  await new Promise<void>((resolve) => {
    request.on("prepared", resolve);
    connection.prepare(request);
  });
  for (const id of [1, 2]) {
    await new Promise<void>((resolve) => {
      request.callback = () => resolve();
      connection.execute(request, { id });
    });
  }
  await new Promise<void>((resolve, reject) => {
    connection.beginTransaction((error) => (error ? reject(error) : resolve()));
  });
  const inside = await run(connection, "SELECT @@TRANCOUNT");
  await new Promise<void>((resolve, reject) => {
    connection.commitTransaction((error) => (error ? reject(error) : resolve()));
  });

  const names = database.table("HumanResources", "Department").columns[1];
  expect(rows).toEqual(names?.slice(0, 2));
  expect(inside.rows).toEqual([[1]]);
  expect((await run(connection, "SELECT @@TRANCOUNT")).rows).toEqual([[0]]);
  connection.close();
});

test("a slow reader does not make the server buffer a result", async () => {
  const connection = await connect();
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  const answer = new Promise<number>((resolve, reject) => {
    let rowCount = 0;
    const request = new Request("SELECT * FROM Person.Person", (error) =>
      error ? reject(error) : resolve(rowCount),
    );
    request.on("row", () => {
      rowCount += 1;
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
      if (rowCount % 5000 !== 0) return;
      request.pause();
      setImmediate(() => request.resume());
    });
    connection.execSqlBatch(request);
  });

  expect(await answer).toBe(19_972);
  expect(peak).toBeLessThan(64 * 1024 * 1024);
  connection.close();
});

test("bytes that are no TDS packet end the connection", async () => {
  const socket = connectTcp(server.port, server.host);
  const closed = new Promise<void>((resolve) => {
    socket.on("close", () => resolve());
  });

  socket.write("GET / HTTP/1.1\r\n\r\n");

  await closed;
  expect(socket.destroyed).toBe(true);
});

test("the statements received are kept for tests", async () => {
  const connection = await connect();

  await run(connection, "SELECT 42 AS answer");

  expect(server.statements.at(-1)).toBe("SELECT 42 AS answer");
  connection.close();
});
