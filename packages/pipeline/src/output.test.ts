import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "@jest/globals";
import { claimOutput } from "./output.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "pipeline-output-"));
});

test("a new folder is made and remembers its source", async () => {
  const folder = join(root, "docker_elt", "sqlserver");

  await claimOutput(folder, "db:1433/AdventureWorks");

  expect(await readFile(join(folder, "_source.json"), "utf8")).toBe(
    '{"source":"db:1433/AdventureWorks"}\n',
  );
});

test("the same source may use its folder again", async () => {
  await claimOutput(root, "AdventureWorks sample");

  await expect(claimOutput(root, "AdventureWorks sample")).resolves.toBeUndefined();
});

test("another source is refused by name", async () => {
  await claimOutput(root, "AdventureWorks sample");

  await expect(claimOutput(root, "db:1433/Sales")).rejects.toMatchObject({
    code: "E_OUTPUT_SOURCE",
    message: `${root} holds tables from AdventureWorks sample, not from db:1433/Sales`,
    exitCode: 2,
  });
});

test("a folder that can't be made is named", async () => {
  const file = join(root, "_source.json");
  await claimOutput(root, "AdventureWorks sample");

  await expect(claimOutput(join(file, "below"), "x")).rejects.toMatchObject({
    code: "E_OUTPUT_FOLDER",
  });
});
