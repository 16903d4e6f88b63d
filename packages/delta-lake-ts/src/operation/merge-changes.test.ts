import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { bytesBlob } from "../blob.ts";
import { commitPath } from "../log-path.ts";
import { decodeParquet } from "../parquet/decode.ts";
import { decodePath } from "../partition.ts";
import { MemoryStore } from "../store/memory.ts";
import {
  batchOf,
  batchRows,
  type Row,
  readRows,
  schemaOf,
  writeRows,
} from "../table-fixture.test.support.ts";
import { append } from "./append.ts";
import { check } from "./check.ts";
import { merge } from "./merge.ts";

const schema = schemaOf({ id: "long", p: "string", v: "string" });
const partitionColumns = ["p"];

async function tableOf(files: readonly (readonly Row[])[], vectors: boolean): Promise<MemoryStore> {
  const store = new MemoryStore();
  const configuration = {
    "delta.enableChangeDataFeed": "true",
    ...(vectors ? { "delta.enableDeletionVectors": "true" } : {}),
  };
  const createIfMissing = { schema, partitionColumns };
  await append(store, [], { createIfMissing, configuration });
  for (const rows of files) {
    const adds = await writeRows(store, schema, rows, { partitionColumns });
    await append(store, adds);
  }
  return store;
}

/** The rows of the commit's change files, each as one text. */
async function feedOf(store: MemoryStore, version: number): Promise<string[]> {
  const found: string[] = [];
  const log = new TextDecoder().decode(await store.get(commitPath(version)));
  for (const line of log.trim().split("\n")) {
    const { cdc } = JSON.parse(line);
    if (cdc === undefined) continue;
    const { path, partitionValues, size, dataChange } = cdc;
    expect(path).toMatch(/^_change_data\/p=[ab]\//);
    const bytes = store.objects.get(decodePath(path))?.bytes ?? new Uint8Array();
    expect([bytes.length, dataChange]).toEqual([size, false]);
    for await (const batch of decodeParquet(bytesBlob(bytes))) {
      for (const row of batchRows(batch)) {
        const type = String(row["_change_type"]);
        found.push(changeText(type, { ...row, ...partitionValues }));
      }
    }
  }
  return found.toSorted();
}

function changeText(type: string, { id, p, v }: Row): string {
  return `${type} ${String(id)} ${String(p)} ${String(v)}`;
}

/** What a reader of the feed must see between two states of a table whose ids are unique. */
function difference(before: readonly Row[], after: readonly Row[]): string[] {
  const old = new Map(before.map((row) => [row["id"], row]));
  const current = new Map(after.map((row) => [row["id"], row]));
  const changes: string[] = [];
  for (const [id, row] of old) {
    const now = current.get(id);
    if (now === undefined) changes.push(changeText("delete", row));
    else if (changeText("", now) !== changeText("", row)) {
      changes.push(changeText("update_preimage", row), changeText("update_postimage", now));
    }
  }
  for (const [id, row] of current) if (!old.has(id)) changes.push(changeText("insert", row));
  return changes.toSorted();
}

const row = fc.record({
  id: fc.integer({ min: 0, max: 15 }),
  p: fc.constantFrom("a", "b"),
  v: fc.constantFrom("x", "y", "gone"),
});
const rows = fc.uniqueArray(row, { selector: ({ id }) => id, minLength: 1, maxLength: 10 });

test("the change feed of a merge is the difference that it makes, copied, marked and in parts", async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      rows,
      fc.record({ vectors: fc.boolean(), memoryBytes: fc.constantFrom(300, 100_000) }),
      async (held, source, { vectors, memoryBytes }) => {
        const store = await tableOf(
          [held.slice(0, 4), held.slice(4)].filter((file) => file.length > 0),
          vectors,
        );
        const before = await readRows(store);

        const { version } = await merge(store, {
          source: [batchOf(schema, source)].values(),
          keys: ["id"],
          mode: "upsert",
          deleteWhen: (batch, place) => batch.getChild("v")?.get(place) === "gone",
          memoryBytes,
        });

        const feed = version === undefined ? [] : await feedOf(store, version);
        expect(feed).toEqual(difference(before, await readRows(store)));
        expect((await check(store)).problems).toEqual([]);
      },
    ),
    { numRuns: 15, seed: 3 },
  );
}, 120_000);

test("rows that only come in need no change files", async () => {
  const store = await tableOf([[{ id: 1, p: "a", v: "x" }]], false);
  const source = [batchOf(schema, [{ id: 2, p: "a", v: "x" }])];

  const { version } = await merge(store, { source, keys: ["id"], mode: "insert-only" });

  expect(await feedOf(store, version ?? -1)).toEqual([]);
});

test("a column with the feed's own name is refused", async () => {
  const reserved = schemaOf({ id: "long", _change_type: "string" });
  const store = new MemoryStore();
  const configuration = { "delta.enableChangeDataFeed": "true" };
  await append(store, [], { createIfMissing: { schema: reserved }, configuration });
  const source = [batchOf(reserved, [{ id: 1, _change_type: "x" }])];

  const attempt = merge(store, { source, keys: ["id"], mode: "upsert" });

  await expect(attempt).rejects.toMatchObject({ code: "E_SCHEMA_MISMATCH" });
});
