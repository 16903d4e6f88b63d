#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runTap } from "singer-sdk-ts/cli";

const manifest: { readonly version: string } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
);

// V8's young generation stays as small as it starts: rows never become objects, but each packet lies in a buffer outside of
// the heap that only a scavenge sets free, and the rarer ones of a grown heap would hold a hundred megabytes of packets.
setFlagsFromString("--semi-space-growth-factor=1");

await runTap(async () => {
  const { tapDefinition } = await import("./tap.ts");
  return tapDefinition(manifest.version);
});
