import { expect, test } from "@jest/globals";
import { DecimalText } from "./json.ts";
import { State } from "./state.ts";
import { MessageWriter, printLine, type Sink } from "./write.ts";

/** A pipe that takes a few bytes at a time, and none every other time. */
class SlowPipe implements Sink {
  text = "";
  #isBusy = false;

  write(bytes: Uint8Array): number {
    this.#isBusy = !this.#isBusy;
    if (this.#isBusy) return 0;
    this.text += Buffer.from(bytes.subarray(0, 50)).toString("latin1");
    return Math.min(bytes.length, 50);
  }
}

test("messages are written in order, numbers as bare digits", async () => {
  const pipe = new SlowPipe();
  const rows: unknown[] = [];
  const writer = new MessageWriter(pipe, (stream, count) => rows.push([stream, count]));

  writer.schema({
    stream: "s",
    schema: { properties: {} },
    key_properties: ["id"],
    bookmark_properties: ["id"],
  });
  writer.record("s", { id: 9007199254740993n, total: new DecimalText("1.10") }, { version: 3 });
  writer.activateVersion("s", 3);
  writer.state(State.parse('{"bookmarks":{"s":{}}}'));
  await writer.flush();

  expect(pipe.text.split("\n")).toEqual([
    '{"type":"SCHEMA","stream":"s","schema":{"properties":{}},"key_properties":["id"],"bookmark_properties":["id"]}',
    '{"type":"RECORD","stream":"s","record":{"id":9007199254740993,"total":1.10},"version":3}',
    '{"type":"ACTIVATE_VERSION","stream":"s","version":3}',
    '{"type":"STATE","value":{"bookmarks":{"s":{}}}}',
    "",
  ]);
  expect(rows).toEqual([["s", 1]]);
});

test("what is appended while a flush waits is written once, after what came before", async () => {
  const pipe = new SlowPipe();
  const writer = new MessageWriter(pipe);

  writer.state({ a: 1 });
  const first = writer.flush();
  writer.state({ b: "x".repeat(500) });
  await Promise.all([first, writer.flush()]);

  expect(pipe.text).toBe(
    `{"type":"STATE","value":{"a":1}}\n{"type":"STATE","value":{"b":"${"x".repeat(500)}"}}\n`,
  );
});

test("it is full at a pipe's worth of bytes", () => {
  const writer = new MessageWriter(new SlowPipe());

  writer.bytes.ascii("x".repeat(65_535));
  expect(writer.isFull).toBe(false);
  writer.bytes.ascii("x");
  expect(writer.isFull).toBe(true);
});

test("a line is printed whole on a pipe that takes it in pieces", async () => {
  const pipe = new SlowPipe();

  await printLine("é".repeat(200), pipe);

  expect(Buffer.from(pipe.text, "latin1").toString()).toBe(`${"é".repeat(200)}\n`);
});
