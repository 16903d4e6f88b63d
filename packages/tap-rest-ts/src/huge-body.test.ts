import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { expect, test } from "@jest/globals";
import { serve } from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

/** `count` records of about 2,000 bytes around an envelope. */
function* huge(count: number): Generator<string> {
  yield '{"meta":{"n":1},"data":[';
  const text = "x".repeat(2000);
  for (let first = 0; first < count; first += 1000) {
    const ids = Array.from({ length: Math.min(1000, count - first) }, (_, index) => first + index);
    yield ids
      .map((id) => `${id > 0 ? "," : ""}\n{"id":${id},"amount":1.10,"text":"${text}"}`)
      .join("");
  }
  yield '],"total":1}';
}

const pagination = { style: "none" };
const streamed = { stream_body: true, pagination };

test("R42: a body that is larger than the memory it is read in comes whole, digits kept, after a transfer that broke", async () => {
  const count = 20_000;
  let tries = 0;
  await using api = await serve((_request, response) => {
    tries++;
    if (tries > 1) Readable.from(huge(count)).pipe(response);
    else {
      response.writeHead(200, { "content-length": 1_000_000 });
      response.write('{"data":[{"id":-1}');
      setTimeout(() => response.destroy(), 20);
    }
  });
  // 40 MB of records, and a heap of 24 MB that holds none of their bytes.
  const run = await runTap(itemsConfig(api.url, streamed), {
    env: { NODE_OPTIONS: "--max-old-space-size=24" },
  });

  expect(run).toMatchObject({ code: 0 });
  const lines = run.stdout.split("\n").filter((line) => line.startsWith('{"type":"RECORD"'));
  expect(lines).toHaveLength(count);
  expect(lines.at(-1)).toContain(`{"id":${count - 1},"amount":1.10,`);
  expect(new Set(lines).size).toBe(count);
});

test.each([
  ["json", "$.data[*]", '{"data":[{"id":1},{"id":2}]}'],
  ["jsonl", "$", '{"id":1}\n{"id":2}\n'],
])(
  "R42: a gzip file of %s is unpacked on the way, and an incremental stream gets its bookmark",
  async (format, path, text) => {
    await using api = await serve((_request, response) => {
      Readable.from([text]).pipe(createGzip()).pipe(response);
    });
    const stream = {
      ...streamed,
      records_format: format,
      records_path: path,
      replication_key: "id",
    };

    const run = await runTap(itemsConfig(api.url, stream));

    expect(run.records()).toEqual([{ id: 1 }, { id: 2 }]);
    expect(run.state).toMatchObject({ bookmarks: { items: { replication_key_value: 2 } } });
  },
);

test.each([
  ["ends early", '{"data":[{"id":1},{"id":2}', "E_RESPONSE_JSON"],
  ["is an HTML page", "<html>", "E_RESPONSE_JSON"],
  ["has no records where they are said to be", '{"items":[]}', "E_RECORDS_PATH"],
])("R42: a body that %s fails the run, and no bookmark moves", async (_name, body, code) => {
  await using api = await serve((_request, response) => response.end(body));

  const run = await runTap(itemsConfig(api.url, { ...streamed, replication_key: "id" }));

  expect(run.code).toBe(1);
  expect(run.stderr).toContain(code);
  expect(JSON.stringify(run.state ?? {})).not.toContain("replication_key_value");
});

test("R42: paging has no place in a body that is streamed", async () => {
  const run = await runTap(
    itemsConfig("http://127.0.0.1:9", { stream_body: true, pagination: { style: "offset" } }),
  );

  expect(run).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("stream_body does not go"),
  });
});
