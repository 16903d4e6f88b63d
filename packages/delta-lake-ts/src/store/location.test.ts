import { expect, test } from "@jest/globals";
import { parseLocation } from "./location.ts";

test.each([
  ["s3://b/x/y/", { kind: "s3", bucket: "b", account: undefined, prefix: "x/y" }],
  ["s3a://b", { kind: "s3", bucket: "b", account: undefined, prefix: "" }],
  ["gs://b/x y", { kind: "gcs", bucket: "b", account: undefined, prefix: "x y" }],
  ["az://c/x", { kind: "azure", bucket: "c", account: undefined, prefix: "x" }],
  [
    "abfss://c@acc.dfs.core.windows.net/x",
    { kind: "azure", bucket: "c", account: "acc", prefix: "x" },
  ],
  ["file:///data/x%20y", { kind: "local", folder: "/data/x y" }],
  ["data/x", { kind: "local", folder: "data/x" }],
])("%s is read", (url, location) => {
  expect(parseLocation(url)).toEqual(location);
});

test.each([
  ["ftp://b/x", "cannot open a store of type ftp://"],
  ["s3:///x", "cannot open this s3:// URL: its bucket has no valid name"],
  ["s3://key:secret@b/x", "cannot open this s3:// URL: its bucket has no valid name"],
  ["gs://b/x/../y", "cannot open this gs:// URL: its path has a .. or a query"],
])("%s is refused without repeating a secret", (url, message) => {
  expect(() => parseLocation(url)).toThrow(message);
});
