import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { LineSum } from "singer-sdk-ts/source-counts";
import {
  createWorkspace,
  record,
  schema,
  state,
  type Workspace,
} from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

const orders = schema("orders", { id: { type: "integer" } }, { keys: ["id"] });
const order = (id: number) => record("orders", { id });

/** A state of one of our taps, which says what it wrote before it. */
function told(id: number, count: unknown): unknown {
  return state({
    bookmarks: { orders: { replication_key_value: id } },
    singer_sdk_ts: { streams: { orders: count } },
  });
}

function checksumOf(messages: readonly unknown[]): string {
  const sum = new LineSum();
  for (const message of messages) sum.addLine(Buffer.from(JSON.stringify(message)));
  return sum.digits;
}

test("T46: a record that is lost between tap and target is named, and no state passes it", async () => {
  const messages = [orders, order(1), told(1, { rows: 1 }), order(3), told(3, { rows: 3 })];

  const { code, stdout, stderr } = await workspace.load(messages, { config: { load_audit: true } });

  expect(code).toBe(3);
  expect(stderr).toMatch(
    /ERROR source_differs code=E_SOURCE_COUNT stream=orders wrote=3 received=2/,
  );
  expect(stdout.map((line): unknown => JSON.parse(line))).toEqual([
    {
      bookmarks: { orders: { replication_key_value: 1 } },
      singer_sdk_ts: { streams: { orders: { rows: 1 } } },
    },
  ]);
  expect(await workspace.rows("_sdc_loads")).toEqual([
    expect.objectContaining({ rows_received: 2, rows_written: 3 }),
  ]);
});

test("T46: counts that agree pass, of two runs in one pipe as well, and a rejected record has arrived", async () => {
  const messages = [
    orders,
    order(1),
    order(2),
    told(2, { rows: 2 }),
    order(3),
    // The tap begins anew, behind a record that no state told.
    order(3),
    record("orders", { id: "x" }),
    told(4, { rows: 2 }),
  ];

  const { code, stdout, stderr } = await workspace.load(messages, { config: { max_rejects: 1 } });

  expect(stderr).not.toContain("E_SOURCE_COUNT");
  expect(code).toBe(3);
  expect(stdout.at(-1)).toContain('"replication_key_value":4');
});

test("T46: a changed byte is found by the checksum of its stream's lines", async () => {
  const sent = [order(1), order(2)];
  const count = { rows: 2, checksum: checksumOf(sent) };
  const config = { source_check: "checksums" };

  const whole = await workspace.load([orders, ...sent, told(2, count)], { config });
  const reordered = await workspace.load([orders, ...sent.toReversed(), told(2, count)], {
    config,
  });
  const changed = await workspace.load([orders, order(1), order(7), told(2, count)], { config });
  const uncompared = await workspace.load([orders, order(1), order(7), told(2, count)]);

  expect([whole.code, reordered.code, changed.code, uncompared.code]).toEqual([0, 0, 3, 0]);
  expect(changed.stderr).toContain(`wroteChecksum=${count.checksum}`);
});

test("T46: `source_check: none` lets a mapper drop records, and stream maps of the target count as one", async () => {
  const messages = [orders, order(1), told(2, { rows: 2 })];

  const ignored = await workspace.load(messages, { config: { source_check: "none" } });
  const mapped = await workspace.load(messages, {
    config: { stream_maps: { orders: { __filter__: "id < 9" } } },
  });

  expect([ignored.code, mapped.code]).toEqual([0, 0]);
});

test("T46: records of a BATCH file that are skipped for their length have arrived", async () => {
  const file = join(workspace.folder, "orders.jsonl");
  await writeFile(file, `{"id":1}\n{"id":2,"x":"${"x".repeat(5000)}"}\n{"id":3}\n`);
  const batch = {
    type: "BATCH",
    stream: "orders",
    encoding: { format: "jsonl", compression: "none" },
    manifest: [file],
  };

  const run = await workspace.load([orders, batch, told(3, { rows: 3 })], {
    config: { max_record_bytes: 4096, long_records: "skip" },
  });

  expect(run.stderr).toContain("long records skipped");
  expect(run.code).toBe(0);
  expect(await workspace.rows("orders")).toEqual([{ id: 1 }, { id: 3 }]);
});
