import assert from "node:assert/strict";
import { append, openStore } from "delta-lake-ts";
import { files, ids } from "./table-checks.mjs";

/** How long the wire stays bad: the clients' own retries and ours go on meanwhile. */
const FAULT_MS = 1500;

/** What toxiproxy does to a commit's request, by what becomes of it (its manual, "Toxics"). */
const FAULTS = {
  "stored, but its reply is lost": { type: "reset_peer", stream: "downstream", attributes: { timeout: 0 } },
  "stored, but its reply is torn": { type: "limit_data", stream: "downstream", attributes: { bytes: 20 } },
  "torn, and nothing is stored": { type: "limit_data", stream: "upstream", attributes: { bytes: 150 } },
  "cut at an odd moment": { type: "timeout", stream: "downstream", attributes: { timeout: 40 } },
};

/** One proxy of a toxiproxy server. */
export class Wire {
  constructor(api, name) {
    this.proxy = `${api}/proxies/${name}`;
  }

  static async open(api, { name, port, upstreamPort }) {
    const body = { name, listen: `127.0.0.1:${port}`, upstream: `127.0.0.1:${upstreamPort}`, enabled: true };
    await request(`${api}/proxies`, "POST", body);
    return new Wire(api, name);
  }

  async spoil(toxic) {
    await request(`${this.proxy}/toxics`, "POST", { name: "fault", toxicity: 1, ...toxic });
  }

  async mend() {
    await request(`${this.proxy}/toxics/fault`, "DELETE");
  }
}

async function request(url, method, body) {
  const answer = await fetch(url, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!answer.ok) throw new Error(`toxiproxy: ${method} ${url}: ${await answer.text()}`);
}

/** The checks of one server behind a wire: each fault hits exactly the create of a commit. */
export function wireChecks(wire, url, environments) {
  return Object.entries(FAULTS).map(([fate, toxic], index) => ({
    name: `a commit that is ${fate} is made once`,
    run: () => commitOnce({ wire, toxic, url: `${url}/wire/${index}`, ...environments }),
  }));
}

async function commitOnce({ wire, toxic, url, direct, spoilt }) {
  const schema = {
    type: "struct",
    fields: [
      { name: "id", type: "long", nullable: true, metadata: {} },
      { name: "name", type: "string", nullable: true, metadata: {} },
    ],
  };
  const store = openStore(url, { environment: direct });
  await append(store, await files(store, [1]), { createIfMissing: { schema } });
  const behind = openStore(url, { environment: spoilt });
  await behind.get("_delta_log/_last_checkpoint");
  // The probe of the bucket goes over a good wire.
  await behind.putIfAbsent("_delta_log/.probed", Buffer.from("x"));
  const create = behind.putIfAbsent.bind(behind);
  let mended = Promise.resolve();
  let isSpoilt = false;
  behind.putIfAbsent = async (path, bytes) => {
    if (!isSpoilt) {
      isSpoilt = true;
      await wire.spoil(toxic);
      mended = new Promise((resolve) => setTimeout(resolve, FAULT_MS)).then(() => wire.mend());
    }
    return create(path, bytes);
  };

  const { version } = await append(behind, await files(store, [2]));

  await mended;
  assert.equal(version, 1);
  assert.deepEqual(await ids(store), [1, 2]);
  assert.equal(await store.get("_delta_log/00000000000000000002.json"), undefined);
}
