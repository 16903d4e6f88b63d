import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { repository } from "./project-folder.ts";

/** The `console` blocks of a page, which its lane runs, without their seconds. */
function consoleBlocks(name: string): readonly string[] {
  const page = readFileSync(join(repository, name), "utf8");
  const blocks = page.match(/^```console\n[\s\S]*?^```$/gm) ?? [];
  return blocks.map((block) => block.replaceAll(/ +\d+\.\d(?= s|  match)/g, " 0.0"));
}

test("the Portuguese README shows the commands and the output of the English one", () => {
  expect(consoleBlocks("README.pt-BR.md")).toEqual(consoleBlocks("README.md"));
});
