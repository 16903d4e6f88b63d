#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { runTap } from "singer-sdk-ts";

await runTap(async () => {
  const { restTap } = await import("./tap.ts");
  const about: unknown = JSON.parse(
    await readFile(new URL("../package.json", import.meta.url), "utf8"),
  );
  const version =
    typeof about === "object" && about !== null && "version" in about
      ? String(about.version)
      : "unknown";
  return restTap(version, (path) => readFile(path, "utf8"));
});
