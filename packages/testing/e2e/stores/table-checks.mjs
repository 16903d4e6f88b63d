import assert from "node:assert/strict";
import {
  append,
  buildBatch,
  DataFileWriter,
  DeltaTable,
  deltaToArrow,
  merge,
  openStore,
  overwrite,
} from "delta-lake-ts";

const KEYS = 20;
const WRITERS = 8;
const field = (name, type) => ({ name, type, nullable: true, metadata: {} });
const schema = { type: "struct", fields: [field("id", "long"), field("name", "string")] };

/** Of 8 writers that create one key at once, one wins, and its bytes are stored. */
export async function checkRace(url) {
  const store = openStore(`${url}/race`);
  for (let key = 0; key < KEYS; key += 1) {
    const writers = Array.from({ length: WRITERS }, (_, writer) => `writer ${writer}`);
    const outcomes = await Promise.all(
      writers.map((text) => create(store, `key-${key}`, Buffer.from(text))),
    );

    const winners = writers.filter((_, index) => outcomes[index] === "created");

    assert.equal(winners.length, 1);
    assert.equal(Buffer.from(await store.get(`key-${key}`)).toString(), winners[0]);
  }
}

/** A store may ask a racer to come again; that is neither a win nor a loss. */
async function create(store, path, bytes) {
  for (;;) {
    try {
      return await store.putIfAbsent(path, bytes);
    } catch (error) {
      if (error.code !== undefined) throw error;
    }
  }
}

/** Ranges, an upload of several parts, moves, and listings in UTF-8 order. */
export async function checkFiles(url) {
  const store = openStore(`${url}/files`);
  const chunk = Buffer.alloc(1024 * 1024, "0123456789abcdef");

  const sizeBytes = await store.write("large.bin", repeat(chunk, 20));
  for (const name of ["b", "a/ü", "a/z", "a/\u{1f600}", "a/\uff5e", "a/x=1%202/c"]) {
    await store.put(`list/${name}`, Buffer.from(name));
  }
  await store.move("list/b", "list/c");

  assert.equal(sizeBytes, 20 * chunk.length);
  assert.equal((await store.head("large.bin")).sizeBytes, sizeBytes);
  const range = { start: 8 * chunk.length - 3, end: 8 * chunk.length + 3 };
  assert.equal(Buffer.from(await store.get("large.bin", range)).toString(), "def012");
  assert.equal(await store.get("absent"), undefined);
  assert.equal(await store.head("absent"), undefined);
  const sorted = ["a/x=1%202/c", "a/z", "a/ü", "a/\uff5e", "a/\u{1f600}", "c"];
  assert.deepEqual(await listNames(store), sorted);
  assert.deepEqual(await listNames(store, "list/a/ü"), sorted.slice(3));
  await store.delete("large.bin");
  await store.delete("large.bin");
  assert.equal(await store.head("large.bin"), undefined);
}

async function listNames(store, startAfter) {
  const found = await store.list("list/", startAfter);
  return found.map(({ path }) => path.slice("list/".length));
}

async function* repeat(chunk, count) {
  for (let index = 0; index < count; index += 1) yield chunk;
}

/** One table through append, merge, a race of appends, and overwrite. */
export async function checkTable(url) {
  const store = openStore(`${url}/tables/orders`);
  await append(store, await files(store, [1, 2, 3]), { createIfMissing: { schema } });

  const source = [batch([3, 4])];
  const merged = await merge(store, { source, keys: ["id"], mode: "upsert" });
  await Promise.all([5, 6, 7, 8].map(async (id) => append(store, await files(store, [id]))));

  assert.equal(merged.inserted, 1);
  assert.deepEqual(await ids(store), [1, 2, 3, 4, 5, 6, 7, 8]);
  await overwrite(store, await files(store, [9]));
  assert.deepEqual(await ids(store), [9]);
}

export async function files(store, idList) {
  const writer = new DataFileWriter(store, { schema });
  await writer.write(batch(idList));
  return writer.close();
}

function batch(idList) {
  return buildBatch(
    deltaToArrow(schema),
    idList.map((id) => ({ id: BigInt(id), name: `row ${id}` })),
  );
}

export async function ids(store) {
  const table = await DeltaTable.open(store);
  const found = [];
  for await (const rows of table.read()) {
    for (const row of rows) found.push(Number(row.id));
  }
  return found.toSorted((left, right) => left - right);
}
