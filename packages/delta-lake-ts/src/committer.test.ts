import { expect, test } from "@jest/globals";
import { commitBytes } from "./committer.ts";
import { DeltaError } from "./error.ts";
import type { Runtime } from "./runtime.ts";
import { MemoryStore } from "./store/memory.ts";

const PATH = "_delta_log/00000000000000000003.json";

function virtualRuntime(): Runtime {
  let nowMs = 0;
  return {
    now: () => nowMs,
    random: () => 0.5,
    uuid: () => "u",
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
}

function commitOf(txnId: string): { version: number; bytes: Uint8Array; txnId: string } {
  const bytes = new TextEncoder().encode(`{"commitInfo":{"txnId":"${txnId}"}}\n`);
  return { version: 3, bytes, txnId };
}

test("a version that another writer has is told apart from our own", async () => {
  const context = { store: new MemoryStore(), runtime: virtualRuntime() };

  expect(await commitBytes(context, commitOf("a"))).toBe("committed");
  expect(await commitBytes(context, commitOf("b"))).toBe("exists");
  expect(await commitBytes(context, commitOf("a"))).toBe("committed");
});

test("bug 2: a reply that is lost is recognised by reading the commit back", async () => {
  const store = new MemoryStore();
  const create = store.putIfAbsent.bind(store);
  store.putIfAbsent = async (path, bytes) => {
    await create(path, bytes);
    throw new Error("the connection was reset");
  };

  expect(await commitBytes({ store, runtime: virtualRuntime() }, commitOf("a"))).toBe("committed");
});

test("a request that is lost is sent again", async () => {
  const store = new MemoryStore();
  const create = store.putIfAbsent.bind(store);
  let count = 0;
  store.putIfAbsent = (path, bytes) => {
    count += 1;
    return count < 3 ? Promise.reject(new Error("timeout")) : create(path, bytes);
  };

  expect(await commitBytes({ store, runtime: virtualRuntime() }, commitOf("a"))).toBe("committed");
  expect(count).toBe(3);
});

test("a store that stays silent is E_COMMIT_UNKNOWN after the deadline", async () => {
  const store = new MemoryStore();
  store.putIfAbsent = () => Promise.reject(new Error("timeout"));
  store.get = () => Promise.reject(new Error("timeout"));

  const attempt = commitBytes({ store, runtime: virtualRuntime() }, commitOf("a"));

  await expect(attempt).rejects.toMatchObject({ code: "E_COMMIT_UNKNOWN" });
});

test.each(["E_STORE", "E_STORE_NO_ATOMIC_CREATE"] as const)(
  "%s is a definite no, and is not retried",
  async (code) => {
    const store = new MemoryStore();
    store.putIfAbsent = () => Promise.reject(new DeltaError(code, "no space left"));

    const attempt = commitBytes({ store, runtime: virtualRuntime() }, commitOf("a"));

    await expect(attempt).rejects.toMatchObject({ code });
    expect(store.objects.has(PATH)).toBe(false);
  },
);
