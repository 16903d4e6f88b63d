// Starts the stand-in before a running Spark Thrift Server and prints one JSON line: node start.mjs FOLDER SPARK_PORT
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { startWorkspace } from "databricks-standin";
import { generate } from "selfsigned";
import { ThriftFront } from "./thrift-front.mjs";

const [, , folder = ".", sparkPort = "10001"] = process.argv;
const root = resolve(folder);
const token = "dapi-standin";
const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
  extensions: [
    { name: "basicConstraints", cA: true },
    { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
  ],
});
writeFileSync(join(root, "certificate.pem"), cert);
const front = new ThriftFront({ root, catalog: "main", upstreamPort: Number(sparkPort) });
const workspace = await startWorkspace({
  root,
  token,
  certificate: { cert, key },
  sql: (body) => front.answer(body),
});
process.stdout.write(
  `${JSON.stringify({ host: new URL(workspace.url).host, token, certificate: join(root, "certificate.pem") })}\n`,
);
process.once("SIGTERM", () => process.exit(0));
