import { expect, test } from "@jest/globals";
import type { AddFile } from "./action.ts";
import { append } from "./operation/append.ts";
import { overwrite } from "./operation/overwrite.ts";
import type { Runtime } from "./runtime.ts";
import { MemoryStore } from "./store/memory.ts";
import { schemaOf } from "./table-fixture.test.support.ts";

const schema = schemaOf({ id: "long!", day: "date" });

function fixedRuntime(): Runtime {
  let count = 0;
  return {
    now: () => 1_767_225_600_000,
    random: () => 0,
    uuid: () => {
      count += 1;
      return `00000000-0000-4000-8000-${String(count).padStart(12, "0")}`;
    },
    sleep: async () => undefined,
  };
}

function fileOf(name: string): AddFile {
  const stats = '{"numRecords":1}';
  return {
    path: `day=2024-02-29/${name}`,
    partitionValues: { day: "2024-02-29" },
    size: 9,
    modificationTime: 5,
    dataChange: true,
    stats,
  };
}

async function commitText(store: MemoryStore, version: number): Promise<string> {
  const bytes = await store.get(`_delta_log/${String(version).padStart(20, "0")}.json`);
  return new TextDecoder().decode(bytes);
}

test("the commits of a table are these bytes", async () => {
  const store = new MemoryStore();
  const runtime = fixedRuntime();
  const createIfMissing = { schema, partitionColumns: ["day"] };
  const appTransaction = { appId: "app", version: 1 };

  await append(store, [fileOf("a.parquet")], {
    runtime,
    createIfMissing,
    appTransaction,
    commitInfo: { singer: { n: 1 }, operation: "not yours" },
  });
  await overwrite(store, [fileOf("b.parquet")], { runtime });

  expect(await commitText(store, 0)).toBe(
    [
      '{"commitInfo":{"timestamp":1767225600000,"operation":"WRITE","operationParameters":{"mode":"Append","partitionBy":"[\\"day\\"]"},"isolationLevel":"Serializable","isBlindAppend":false,"operationMetrics":{"numFiles":"1","numOutputBytes":"9","numOutputRows":"1"},"engineInfo":"delta-lake-ts/0.1.0","txnId":"00000000-0000-4000-8000-000000000002","singer":{"n":1}}}',
      '{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}',
      '{"metaData":{"id":"00000000-0000-4000-8000-000000000001","format":{"provider":"parquet","options":{}},"schemaString":"{\\"type\\":\\"struct\\",\\"fields\\":[{\\"name\\":\\"id\\",\\"type\\":\\"long\\",\\"nullable\\":false,\\"metadata\\":{}},{\\"name\\":\\"day\\",\\"type\\":\\"date\\",\\"nullable\\":true,\\"metadata\\":{}}]}","partitionColumns":["day"],"configuration":{},"createdTime":1767225600000}}',
      '{"txn":{"appId":"app","version":1,"lastUpdated":1767225600000}}',
      '{"add":{"path":"day=2024-02-29/a.parquet","partitionValues":{"day":"2024-02-29"},"size":9,"modificationTime":5,"dataChange":true,"stats":"{\\"numRecords\\":1}"}}',
      "",
    ].join("\n"),
  );
  expect(await commitText(store, 1)).toBe(
    [
      '{"commitInfo":{"timestamp":1767225600000,"operation":"WRITE","operationParameters":{"mode":"Overwrite","partitionBy":"[\\"day\\"]"},"readVersion":0,"isolationLevel":"Serializable","isBlindAppend":false,"operationMetrics":{"numFiles":"1","numOutputBytes":"9","numOutputRows":"1"},"engineInfo":"delta-lake-ts/0.1.0","txnId":"00000000-0000-4000-8000-000000000003"}}',
      '{"remove":{"path":"day=2024-02-29/a.parquet","deletionTimestamp":1767225600000,"dataChange":true,"extendedFileMetadata":true,"partitionValues":{"day":"2024-02-29"},"size":9}}',
      '{"add":{"path":"day=2024-02-29/b.parquet","partitionValues":{"day":"2024-02-29"},"size":9,"modificationTime":5,"dataChange":true,"stats":"{\\"numRecords\\":1}"}}',
      "",
    ].join("\n"),
  );
});

test.each([
  [{ appId: "app", version: 1 }, "equal"],
  [{ appId: "app", version: 0 }, "lower"],
  [{ appId: "app", version: 3, expectedVersion: 2 }, "after another instance's"],
])(
  "a transaction version %p (%s) is refused and nothing is written",
  async (appTransaction, _what) => {
    const store = new MemoryStore();
    const createIfMissing = { schema, partitionColumns: ["day"] };
    await append(store, [fileOf("a.parquet")], {
      createIfMissing,
      appTransaction: { appId: "app", version: 1 },
    });

    const attempt = append(store, [fileOf("b.parquet")], { appTransaction });

    await expect(attempt).rejects.toMatchObject({
      code: "E_COMMIT_CONFLICT",
      conflict: "ConcurrentTransaction",
    });
    expect(await store.get("_delta_log/00000000000000000001.json")).toBeUndefined();
  },
);

test.each([
  ["an absolute path", { path: "/tmp/a.parquet" }],
  ["a path that leaves the table", { path: "day=x/../../a" }],
  ["no size", { size: 0 }],
  ["a missing partition value", { partitionValues: {} }],
  ["a partition value of another type", { partitionValues: { day: "today" } }],
  ["an empty partition value", { partitionValues: { day: "" } }],
])("a file with %s is refused before anything is written", async (_what, change) => {
  const store = new MemoryStore();
  const createIfMissing = { schema, partitionColumns: ["day"] };

  const attempt = append(store, [{ ...fileOf("a.parquet"), ...change }], { createIfMissing });

  await expect(attempt).rejects.toMatchObject({ code: "E_INVALID_COMMIT" });
  expect([...store.objects.keys()]).toEqual([]);
});

test("bug 29: the same file twice in one commit is refused", async () => {
  const files = [fileOf("a.parquet"), fileOf("a.parquet")];

  const attempt = append(new MemoryStore(), files, {
    createIfMissing: { schema, partitionColumns: ["day"] },
  });

  await expect(attempt).rejects.toMatchObject({ code: "E_INVALID_COMMIT" });
});

test("an append-only table refuses an overwrite", async () => {
  const store = new MemoryStore();
  const createIfMissing = { schema, partitionColumns: ["day"] };
  await append(store, [fileOf("a.parquet")], {
    createIfMissing,
    configuration: { "delta.appendOnly": "true" },
  });

  const attempt = overwrite(store, [fileOf("b.parquet")]);

  await expect(attempt).rejects.toMatchObject({ code: "E_TABLE_FEATURE" });
});
