import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { zipSync } from "fflate";
import { items, serve } from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

const texts = [
  { id: "1", note: 'say "hi", ok' },
  { id: "2", note: null },
];

test.each([
  ["jsonl", "$", '{"id":1}\n\n{"id":2}\n', items(1, 2)],
  ["csv", "$", '\u{FEFF}id,note\r\n1,"say ""hi"", ok"\r\n2,\r\n', texts],
  [
    "xml",
    "$.list.item",
    '<?xml version="1.0"?><list><item id="1"><n>1.50</n></item><item id="2"><n>&lt;</n></item></list>',
    [
      { n: "1.50", "@id": "1" },
      { n: "<", "@id": "2" },
    ],
  ],
  ["xml", "$.list.item", "<list><item><n>1</n></item></list>", [{ n: "1" }]],
])(
  "R41: records_format %s with path %s is read, packed or not",
  async (format, path, body, expected) => {
    await using api = await serve(({ path: target }, response) => {
      if (target === "/zip") response.end(zipSync({ "items.txt": Buffer.from(body) }));
      else response.end(target === "/packed" ? gzipSync(body) : body);
    });
    const stream = { records_format: format, records_path: path };

    const plain = await runTap(itemsConfig(api.url, stream));
    const packed = await runTap(itemsConfig(api.url, { ...stream, path: "/packed" }));
    const archived = await runTap(itemsConfig(api.url, { ...stream, path: "/zip" }));

    expect(plain.records()).toEqual(expected);
    expect(packed.records()).toEqual(expected);
    expect(archived.records()).toEqual(expected);
  },
);

test.each([
  ["jsonl", '{"id":1}\n{"id"', "line 2 of the answer is not JSON"],
  ["csv", "id,note\n1,2,3\n", "is not CSV"],
  ["xml", "<list><item></list>", "is not XML"],
])("R41: %s that is broken fails the run", async (format, body, message) => {
  await using api = await serve((_request, response) => void response.end(body));

  const run = await runTap(
    itemsConfig(api.url, { records_format: format, records_path: "$.list.item" }),
  );

  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
});

test("R41: a zip archive of several files is an error", async () => {
  const archive = zipSync({ "a.json": Buffer.from("{}"), "b.json": Buffer.from("{}") });
  await using api = await serve((_request, response) => void response.end(archive));

  const run = await runTap(itemsConfig(api.url));

  expect(run).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("a zip archive of 2 files"),
  });
});

test.each([
  ["gzip", gzipSync],
  ["br", brotliCompressSync],
  ["zstd", zstdCompressSync],
  ["deflate", deflateSync],
])("R41: a body with Content-Encoding %s is read", async (name, compress) => {
  await using api = await serve((_request, response) => {
    response.setHeader("content-encoding", name);
    response.end(compress('{"data":[{"id":1}]}'));
  });

  const run = await runTap(itemsConfig(api.url));

  expect(run.records()).toEqual([{ id: 1 }]);
});

test("R41: JSON in a gzip file or with Content-Encoding is read", async () => {
  const body = gzipSync('{"data":[{"id":1}]}');
  await using api = await serve(({ path }, response) => {
    if (path === "/encoded") response.setHeader("content-encoding", "gzip");
    response.end(body);
  });

  const file = await runTap(itemsConfig(api.url));
  const encoded = await runTap(itemsConfig(api.url, { path: "/encoded" }));

  expect([...file.records(), ...encoded.records()]).toEqual([{ id: 1 }, { id: 1 }]);
});
