import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { repository } from "./project-folder.ts";

const packages = join(repository, "packages");

/** The error codes in a package's own code, tests and the simulator left out. */
function codesOf(name: string): readonly string[] {
  const folder = join(packages, name, "src");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.includes(".test."))
    .filter((file) => !/^(?:sim|testing)[\\/]/.test(file))
    .flatMap(
      (file) => readFileSync(join(folder, file), "utf8").match(/(?<=")E_[A-Z0-9_]+(?=")/g) ?? [],
    );
}

test("the troubleshooting page explains every error code, and none that does not exist", () => {
  const names = readdirSync(packages).filter(
    (name) => name !== "testing" && name !== "tsconfig.json",
  );
  const used = new Set(names.flatMap(codesOf));

  const page = readFileSync(join(repository, "docs", "troubleshooting.md"), "utf8");
  const explained = [...page.matchAll(/^\| `(E_[A-Z0-9_]+)` \|/gm)].map(([, code]) => code ?? "");

  expect([...explained].toSorted()).toEqual([...used].toSorted());
});
