// Counts the rows of dbo.bench with tedious' own row events and does nothing with them: what the tap is measured against.
// node tap-mssql/count-rows.mjs PORT [tls]
import { Connection, Request } from "tedious";

const connection = new Connection({
  server: "127.0.0.1",
  authentication: { type: "default", options: { userName: "etl", password: "n0-secret" } },
  options: { port: Number(process.argv[2]), database: "Bench", encrypt: process.argv[3] === "tls", trustServerCertificate: true, packetSize: 16_384, requestTimeout: 0 },
});
connection.connect((error) => {
  if (error) throw error;
  let count = 0;
  const request = new Request("SELECT [id], [qty] FROM [dbo].[bench]", (failure) => {
    if (failure) throw failure;
    process.stdout.write(`${count}\n`);
    connection.close();
  });
  request.on("row", () => {
    count++;
  });
  connection.execSql(request);
});
