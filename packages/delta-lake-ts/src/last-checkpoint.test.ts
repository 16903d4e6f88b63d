import { expect, test } from "@jest/globals";
import { canonicalChecksum, encodeLastCheckpoint } from "./last-checkpoint.ts";

test("the checksum is the one of the protocol's own example", () => {
  const value = {
    k0: "'v 0'",
    checksum: "x",
    k1: { k2: 2, k3: ["v3", [1, 2], { k4: "v4", k5: ["v5", "v6", "v7"] }] },
  };

  expect(canonicalChecksum(value)).toBe("6a92d155a59bf2eecbd4b4ec7fd1f875");
});

test("the pointer is one JSON object with its checksum last", () => {
  const bytes = encodeLastCheckpoint({
    version: 10,
    size: 13,
    sizeInBytes: 100,
    numOfAddFiles: 11,
  });

  expect(new TextDecoder().decode(bytes)).toMatch(
    /^\{"version":10,"size":13,"sizeInBytes":100,"numOfAddFiles":11,"checksum":"[0-9a-f]{32}"\}$/,
  );
});
