// Starts the whole stand-in: Spark from .interop (fetched when it is missing), and the front before it.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startWorkspace } from "databricks-standin";
import { generate } from "selfsigned";
import { ThriftFront } from "./thrift-front.mjs";

const root = resolve(import.meta.dirname, "../../../..");
const START_MS_MAX = 180_000;

/**
 * The stand-in, keeping all it makes in `folder`. `faults` are the front's (see ThriftFront), `chooseFault` the
 * workspace's; `env` holds what a client needs to find it.
 */
export async function startStandIn(folder, { chooseFault, chooseStatementFault, ...options } = {}) {
  const installed = spawnSync("bash", [join(import.meta.dirname, "install"), root], { stdio: ["ignore", 2, 2] });
  if (installed.status !== 0) throw new Error("cannot install Spark into .interop");
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const spark = spawn(
    // Spark ends with this process, however that ends.
    "bash",
    [
      "-c",
      'exec setpriv --pdeathsig KILL bash "$0" "$@"',
      join(import.meta.dirname, "thrift-server"),
      sparkHome(),
      join(root, ".interop/jars"),
      String(port),
      join(folder, "spark"),
    ],
    { stdio: ["ignore", "ignore", options.isVerbose ? "inherit" : "ignore"], detached: true },
  );
  const stop = () => {
    try {
      process.kill(-Number(spark.pid), "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  process.once("exit", stop);
  await waitForPort(port, spark);
  const token = options.token ?? "dapi-standin";
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
  const certificate = join(folder, "certificate.pem");
  writeFileSync(certificate, cert);
  const front = new ThriftFront({ root: folder, catalog: "main", secret: token, upstreamPort: port, chooseFault: chooseStatementFault });
  const workspace = await startWorkspace({
    root: folder,
    token,
    client: { id: "app", secret: "word" },
    certificate: { cert, key },
    sql: (body) => front.answer(body),
    ...(chooseFault === undefined ? {} : { chooseFault }),
    ...options.workspace,
  });
  front.url = workspace.url;
  const host = new URL(workspace.url).host;
  return {
    workspace,
    front,
    env: { DATABRICKS_HOST: host, DATABRICKS_TOKEN: token, NODE_EXTRA_CA_CERTS: certificate },
    certificate: cert,
    close: async () => {
      await workspace.close();
      process.off("exit", stop);
      stop();
    },
  };
}

/** The folder that pip made for pyspark holds a whole Spark. */
function sparkHome() {
  const lib = join(root, ".interop/spark/lib");
  const python = readdirSync(lib).find((name) => name.startsWith("python"));
  return join(lib, python, "site-packages/pyspark");
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

async function waitForPort(port, spark) {
  const end = Date.now() + START_MS_MAX;
  while (Date.now() < end) {
    if (spark.exitCode !== null) throw new Error(`Spark ended with ${spark.exitCode} before it listened`);
    const isOpen = await new Promise((done) => {
      const socket = connect(port, "127.0.0.1", () => done(true)).once("error", () => done(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await sleep(200);
  }
  throw new Error("Spark did not listen in time");
}
