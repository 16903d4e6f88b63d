import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

const cwd = fileURLToPath(new URL(".", import.meta.url));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

function codesIn(text: string): readonly string[] {
  return [...new Set(text.match(/\bE_[A-Z_]+/g))].toSorted();
}

test("the README tells what to do about every error code of the sources, and of no other", () => {
  const sources = globSync("**/*.ts", { cwd, exclude: ["testing/**", "**/*.test.ts"] });

  const thrown = sources.flatMap((path) =>
    (readFileSync(`${cwd}${path}`, "utf8").match(/"E_[A-Z_]+"/g) ?? []).flatMap(codesIn),
  );

  expect(codesIn(readme)).toEqual([...new Set(thrown)].toSorted());
});
