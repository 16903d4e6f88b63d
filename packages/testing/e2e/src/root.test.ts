import { execFileSync } from "node:child_process";
import { expect, test } from "@jest/globals";
import { repository } from "./project-folder.ts";

const allowed = new Set(
  [
    "packages schemas docs meltano.yml Dockerfile entrypoint.sh compose.yaml",
    "pnpm-workspace.yaml pnpm-lock.yaml package.json tsconfig.base.json .env.example",
    "README.md README.pt-BR.md CHANGELOG.md LICENSE biome.json",
    ".ci .config .github .changeset .gitignore .dockerignore",
  ].flatMap((line) => line.split(" ")),
);

test("the root holds the agreed entries and nothing else", () => {
  const files = execFileSync("git", ["ls-files"], { cwd: repository, encoding: "utf8" }).split(
    "\n",
  );

  const entries = new Set(files.filter(Boolean).map((file) => file.split("/")[0]));

  expect([...entries].filter((entry) => entry !== undefined && !allowed.has(entry))).toEqual([]);
});
