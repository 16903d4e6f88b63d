import { expect, test } from "@jest/globals";
import { checkNodeVersion } from "./node-version.ts";

test.each(["22.19.0", "22.23.3", "24.0.0", "26.10.0"])("Node.js %s is new enough", (version) => {
  expect(() => checkNodeVersion(version)).not.toThrow();
});

test.each(["18.20.0", "20.20.2", "22.18.9"])("Node.js %s is refused in one line", (version) => {
  expect(() => checkNodeVersion(version)).toThrow(
    expect.objectContaining({
      code: "E_NODE",
      exitCode: 2,
      message: `Node.js ${version} is too old: 22.19 or later is needed`,
    }),
  );
});
