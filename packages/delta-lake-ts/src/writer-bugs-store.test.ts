/** Bugs of other writers that have to do with stores, by their numbers in delta.md §4. */
import { expect, test } from "@jest/globals";
import { append } from "./operation/append.ts";
import type { Runtime } from "./runtime.ts";
import { Random } from "./sim/random.ts";
import { simulate } from "./sim/simulate.ts";
import { CloudStore } from "./store/cloud.ts";
import { MemoryClient } from "./store/memory-client.test.support.ts";
import { openStore } from "./store/open.ts";
import type { CloudKind } from "./store/put-outcome.ts";
import { readRows, schemaOf, writeRows } from "./table-fixture.test.support.ts";

const schema = schemaOf({ id: "long" });
const createIfMissing = { schema };

function storeOf(client: MemoryClient, distrustedEngines?: RegExp): CloudStore {
  const connect = async (): Promise<MemoryClient> => client;
  return new CloudStore({ name: "a bucket", prefix: "t", connect, distrustedEngines });
}

/** Time that only waiting moves; every wait is written down. */
function virtualRuntime(waitsMs: number[] = [], seed = 1): Runtime {
  const random = new Random(seed);
  let nowMs = 0;
  return {
    now: () => nowMs,
    random: () => random.next(),
    uuid: () => random.uuid(),
    sleep: async (ms) => {
      waitsMs.push(ms);
      nowMs += ms;
    },
  };
}

test("bug 1: a store that ignores the condition of a create is refused before the first commit", async () => {
  const client = new MemoryClient("s3", { ignoresConditions: true });
  const store = storeOf(client);
  const files = await writeRows(store, schema, [{ id: 1 }]);

  const attempt = append(store, files, { createIfMissing });

  await expect(attempt).rejects.toMatchObject({ code: "E_STORE_NO_ATOMIC_CREATE" });
  expect(await client.objects.list("t/_delta_log/")).toEqual([]);
});

test("bug 1: writers that race on a store with conditions lose no acknowledged batch, and leave no gap", async () => {
  const store = storeOf(new MemoryClient("s3"));
  await append(store, [], { createIfMissing });
  const ids = Array.from({ length: 20 }, (_, id) => id);

  const versions = await Promise.all(
    ids.map(async (id) => {
      const files = await writeRows(store, schema, [{ id }]);
      return (await append(store, files, { runtime: virtualRuntime([], id) })).version;
    }),
  );

  expect(versions.toSorted((a, b) => a - b)).toEqual(ids.map((id) => id + 1));
  expect(new Set((await readRows(store)).map(({ id }) => id))).toEqual(new Set(ids));
  const results = await Promise.all([11, 12, 13].map((seed) => simulate(seed)));
  expect(results.flatMap(({ problems }) => problems)).toEqual([]);
});

test("bug 1: a table on S3 that Spark also writes is refused until the user trusts it", async () => {
  const { distrustedEngines } = openStore("s3://bucket/t", { environment: {} });
  const trusting = openStore("s3://bucket/t", {
    environment: { DELTA_TRUST_OTHER_WRITERS: "true" },
  });
  const client = new MemoryClient("s3");
  await append(storeOf(client), [], { createIfMissing });
  const path = "t/_delta_log/00000000000000000001.json";
  const info = { engineInfo: "Apache-Spark/4.1.0 Delta-Lake/4.4.0", operation: "WRITE" };
  await client.objects.put(path, Buffer.from(`${JSON.stringify({ commitInfo: info })}\n`));
  const files = await writeRows(storeOf(client), schema, [{ id: 1 }]);

  const refused = append(storeOf(client, distrustedEngines), files);

  await expect(refused).rejects.toMatchObject({ code: "E_STORE_NO_ATOMIC_CREATE" });
  expect(trusting.distrustedEngines).toBeUndefined();
  expect((await append(storeOf(client), files)).version).toBe(2);
});

test.each([
  ["s3", { status: 409, code: "ConditionalRequestConflict" }],
  ["s3", { status: 503, code: "SlowDown" }],
  ["s3", { status: undefined, code: "ECONNRESET" }],
  ["azure", { status: 503, code: "ServerBusy" }],
  ["gcs", { status: 429, code: "rateLimitExceeded" }],
  ["gcs", { status: 502, code: "badGateway" }],
] as const satisfies readonly (readonly [CloudKind, object])[])(
  "bug 4: %s answers a commit with %p, twice: it is made at its own version, once",
  async (kind, answer) => {
    const client = new MemoryClient(kind);
    const store = storeOf(client);
    await append(store, [], { createIfMissing });
    const files = await writeRows(store, schema, [{ id: 1 }]);
    client.answers.push(answer, answer);

    const { version } = await append(store, files, { runtime: virtualRuntime() });

    expect(version).toBe(1);
    expect(await readRows(store)).toEqual([{ id: 1 }]);
    const log = (await client.objects.list("t/_delta_log/")).map(({ path }) => path);
    expect(log.filter((path) => path.endsWith(".json")).length).toBe(2);
  },
);

test("bug 5: five seconds of Google's 429 are waited out, a second or more at a time", async () => {
  const client = new MemoryClient("gcs");
  const store = storeOf(client);
  await append(store, [], { createIfMissing });
  const files = await writeRows(store, schema, [{ id: 1 }]);
  const waitsMs: number[] = [];
  const runtime = virtualRuntime(waitsMs);
  const create = client.put.bind(client);
  client.put = async (key, bytes, options) => {
    const isCommit = key.endsWith("1.json");
    if (isCommit && runtime.now() < 5000)
      client.answers.push({ status: 429, code: "rateLimitExceeded" });
    await create(key, bytes, options);
  };

  const { version } = await append(store, files, { runtime });

  expect(version).toBe(1);
  const log = (await client.objects.list("t/_delta_log/")).map(({ path }) => path);
  expect(log.filter((path) => path.endsWith(".json")).length).toBe(2);
  expect(runtime.now()).toBeGreaterThanOrEqual(5000);
  expect(waitsMs.length).toBeGreaterThan(0);
  expect(Math.min(...waitsMs)).toBeGreaterThanOrEqual(1000);
  expect(await readRows(store)).toEqual([{ id: 1 }]);
});

test("bug 5: the pointer is written at most once a second, where Google refuses more", async () => {
  const waitsMs: number[] = [];
  const runtime = virtualRuntime(waitsMs);
  const connect = async (): Promise<MemoryClient> => client;
  const client = new MemoryClient("gcs");
  const store = new CloudStore({ name: "a bucket", prefix: "t", connect, runtime });
  const configuration = { "delta.checkpointInterval": "1" };
  const writtenMs: number[] = [];
  const put = client.put.bind(client);
  client.put = async (key, bytes, options) => {
    if (key.endsWith("_last_checkpoint")) writtenMs.push(runtime.now());
    await put(key, bytes, options);
  };

  for (let id = 0; id < 4; id += 1) {
    const files = await writeRows(store, schema, [{ id }]);
    await append(store, files, { createIfMissing, configuration, runtime });
  }

  expect(writtenMs).toEqual([0, 1000, 2000]);
});

test("bug 5: a pointer that Google refuses with 429 fails no commit and leaves no dangling pointer", async () => {
  const client = new MemoryClient("gcs");
  const store = storeOf(client);
  const configuration = { "delta.checkpointInterval": "1" };
  const put = client.put.bind(client);
  client.put = async (key, bytes, options) => {
    if (key.endsWith("_last_checkpoint")) throw new Error("429");
    await put(key, bytes, options);
  };

  for (let id = 0; id < 3; id += 1) {
    const files = await writeRows(store, schema, [{ id }]);
    await append(store, files, { createIfMissing, configuration, runtime: virtualRuntime() });
  }

  expect((await readRows(store)).length).toBe(3);
  expect(await store.get("_delta_log/_last_checkpoint")).toBeUndefined();
});
