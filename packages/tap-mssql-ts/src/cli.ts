#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { runTap } from "singer-sdk-ts/cli";

const manifest: { readonly version: string } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
);

await runTap(async () => {
  const { tapDefinition } = await import("./tap.ts");
  return tapDefinition(manifest.version);
});
