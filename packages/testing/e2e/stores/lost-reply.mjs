import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { append, openStore } from "delta-lake-ts";
import { files, ids } from "./table-checks.mjs";

/** Stores the second commit, cuts its reply off, and expects one commit and no second copy of its rows. */
export async function lostReply(port) {
  const store = openStore("s3://lane/tables/lost");
  const proxy = await startProxy(port, (path) => path.includes("00000000000000000001.json"));
  const endpoint = process.env.AWS_ENDPOINT_URL;
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${proxy.port}`;
  const lossy = openStore("s3://lane/tables/lost", { environment: { ...process.env } });
  const schema = {
    type: "struct",
    fields: ["id", "name"].map((name, index) => ({
      name,
      type: ["long", "string"][index],
      nullable: true,
      metadata: {},
    })),
  };
  await append(store, await files(store, [1]), { createIfMissing: { schema } });

  const { version } = await append(lossy, await files(lossy, [2]));

  process.env.AWS_ENDPOINT_URL = endpoint;
  await proxy.close();
  assert.equal(proxy.lost(), 1);
  assert.equal(version, 1);
  assert.deepEqual(await ids(store), [1, 2]);
}

/** Forwards everything; of the first PUT that `isLossy` picks, only the request arrives. */
async function startProxy(port, isLossy) {
  let lost = 0;
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const forwarded = request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
      if (lost === 0 && method === "PUT" && isLossy(url)) {
        lost += 1;
        answer.resume().once("end", () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { port: server.address().port, lost: () => lost, close };
}
