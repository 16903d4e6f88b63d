import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

test("the README has every setting as --about prints it", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const about = execFileSync(
    process.execPath,
    [fileURLToPath(new URL("../dist/cli.js", import.meta.url)), "--about", "--format", "markdown"],
    { encoding: "utf8" },
  );

  const rows = about.split("\n").filter((line) => line.startsWith("| "));
  const [, table = ""] = readme.split("<!-- settings -->");

  expect(table.split("<!-- /settings -->")[0]?.trim().split("\n")).toEqual([
    rows[0],
    "|---|---|---|---|---|",
    ...rows.slice(1),
  ]);
});
