import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { runPlugin } from "./testing/run-plugin.ts";

const folder = mkdtempSync(join(tmpdir(), "singer-protocol-"));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

test("P12: a tap sends the streams that are selected by default, or by the catalog", async () => {
  const { stdout } = await runPlugin("choosing-tap.ts", { args: ["--discover"] });
  const catalog = JSON.parse(stdout);
  const [stream] = catalog.streams;

  const without = await runPlugin("choosing-tap.ts");
  const metadata = [{ breadcrumb: [], metadata: { selected: true } }];
  const selected = file("selected.json", { streams: [{ ...stream, metadata }] });
  const withOne = await runPlugin("choosing-tap.ts", { args: ["--catalog", selected] });

  expect(without).toMatchObject({ code: 0, stdout: "" });
  expect(JSON.parse(withOne.stdout)).toMatchObject({ stream: "people", schema: stream.schema });
});

test("P12, P13: a deselected property leaves the SCHEMA and its required list, at every depth", async () => {
  const { stdout } = await runPlugin("choosing-tap.ts", { args: ["--discover"] });
  const [stream] = JSON.parse(stdout).streams;
  const metadata = [
    { breadcrumb: [], metadata: { selected: true } },
    { breadcrumb: ["properties", "secret"], metadata: { selected: false } },
    { breadcrumb: ["properties", "at", "properties", "zip"], metadata: { selected: false } },
  ];
  const catalog = file("deselected.json", { streams: [{ ...stream, metadata }] });

  const { stdout: messages } = await runPlugin("choosing-tap.ts", { args: ["--catalog", catalog] });

  expect(JSON.parse(messages).schema).toEqual({
    type: "object",
    required: ["id"],
    properties: {
      id: { type: "integer" },
      at: { type: "object", properties: { city: { type: "string" } } },
    },
  });
});

test.each([
  [
    "singer-io",
    { replication_key_name: "id", replication_key_value: 5 },
    { replication_key: "id", replication_key_value: 5 },
  ],
  ["anelendata", { last_update: "2024-01-01" }, { replication_key_value: "2024-01-01" }],
  [
    "PipelineWise",
    { replication_key: "id", replication_key_value: 5, version: 7 },
    { replication_key: "id", replication_key_value: 5, version: 7 },
  ],
])(
  "P27: a tap goes on from a state of %s and prints it in the SDK's shape",
  async (name, old, now) => {
    const state = file(`${name}.json`, { bookmarks: { other: old } });

    const { code, stdout } = await runPlugin("greetings-tap.ts", {
      args: ["--state", state],
      env: { TAP_GREETINGS_TOKEN: "s3cret" },
    });

    const last = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
    expect(code).toBe(0);
    expect(last.value.bookmarks).toMatchObject({ other: now, greetings: {} });
  },
);
