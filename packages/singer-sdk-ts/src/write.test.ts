import { expect, test } from "@jest/globals";
import { DecimalText } from "./json.ts";
import { LineSum, SourceCounter } from "./source-counts.ts";
import { State } from "./state.ts";
import { MessageWriter, type Sink } from "./write.ts";

/** A pipe that takes `chunkBytes` at a time and is full every other time. */
class SlowPipe implements Sink {
  text = "";
  #isFull = false;
  readonly #chunkBytes: number;

  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes;
  }

  write(bytes: Uint8Array): number {
    this.#isFull = !this.#isFull;
    if (this.#isFull) return 0;
    const part = bytes.subarray(0, this.#chunkBytes);
    this.text += Buffer.from(part).toString("latin1");
    return part.length;
  }
}

test("messages are written in order, one a line, numbers with their digits", async () => {
  const pipe = new SlowPipe(7);
  const rows: [string, number][] = [];
  const writer = new MessageWriter(pipe, {
    onRows: (stream, count) => rows.push([stream, count]),
  });

  writer.schema({ stream: "s", schema: { properties: {} }, key_properties: ["id"] });
  writer.record("s", { id: 1n, price: new DecimalText("1.10") }, { version: 5 });
  writer.activateVersion("s", 5);
  writer.state(State.parse('{"bookmarks":{"s":{"version":5}}}'));
  await writer.flush();

  expect(pipe.text.split("\n")).toEqual([
    '{"type":"SCHEMA","stream":"s","schema":{"properties":{}},"key_properties":["id"]}',
    '{"type":"RECORD","stream":"s","record":{"id":1,"price":1.10},"version":5}',
    '{"type":"ACTIVATE_VERSION","stream":"s","version":5}',
    '{"type":"STATE","value":{"bookmarks":{"s":{"version":5}}}}',
    "",
  ]);
  expect(rows).toEqual([["s", 1]]);
});

test("two streams that append and flush at once lose no byte and repeat none", async () => {
  const pipe = new SlowPipe(10);
  const writer = new MessageWriter(pipe);
  const lines = (stream: string) => Array.from({ length: 20 }, (_, row) => `${stream}${row}`);
  const run = async (stream: string) => {
    for (const line of lines(stream)) {
      writer.bytes.ascii(`${line}\n`);
      await writer.flush();
    }
  };

  await Promise.all([run("a"), run("b")]);

  const seen = pipe.text.trimEnd().split("\n");
  expect(seen.filter((line) => line.startsWith("a"))).toEqual(lines("a"));
  expect(seen.filter((line) => line.startsWith("b"))).toEqual(lines("b"));
});

test("bytes that outgrow the buffer while the pipe is full are kept", async () => {
  const pipe = new SlowPipe(64 * 1024);
  const writer = new MessageWriter(pipe);

  writer.bytes.ascii("first\n");
  const flushed = writer.flush();
  writer.bytes.ascii(`${"x".repeat(1_000_000)}\n`);
  await flushed;

  expect(pipe.text).toBe(`first\n${"x".repeat(1_000_000)}\n`);
});

test("it is full when a pipe's worth of bytes waits", () => {
  const writer = new MessageWriter(new SlowPipe(1));

  writer.bytes.ascii("x".repeat(65_535));
  expect(writer.isFull).toBe(false);
  writer.bytes.ascii("x");
  expect(writer.isFull).toBe(true);
});

test("states tell how many records of each stream stand before them, and a checksum of their lines", async () => {
  const pipe = new SlowPipe(64 * 1024);
  const counter = new SourceCounter({ hasSums: true });
  const writer = new MessageWriter(pipe, { counter });
  const sum = new LineSum();

  writer.record("a", { id: 1 });
  writer.bytes.ascii('{"type":"RECORD","stream":"b","record":{"id":2}}\n');
  writer.written("b", 1);
  writer.record("a", { id: 3 });
  writer.state(State.parse('{"bookmarks":{},"singer_sdk_ts":{"streams":{"a":{"rows":9}}}}'));
  await writer.flush();

  const lines = pipe.text.split("\n");
  for (const line of [lines[2], lines[0]]) sum.addLine(Buffer.from(line ?? ""));
  expect(JSON.parse(lines[3] ?? "")).toEqual({
    type: "STATE",
    value: {
      bookmarks: {},
      singer_sdk_ts: {
        streams: {
          a: { rows: 2, checksum: sum.digits },
          b: { rows: 1, checksum: expect.any(String) },
        },
      },
    },
  });
});
