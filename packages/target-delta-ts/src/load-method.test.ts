import { expect, test } from "@jest/globals";
import { chooseLoadMethod, type StreamTraits } from "./load-method.ts";

const plain: StreamTraits = {
  keyProperties: [],
  isVersioned: false,
  hasBookmarkProperties: false,
  hasDeletedAt: false,
};

test.each<[string, Partial<StreamTraits>, string]>([
  ["a stream without keys is appended", {}, "append"],
  ["a stream with keys is upserted", { keyProperties: ["id"] }, "upsert"],
  ["records with a version replace the table", { isVersioned: true }, "overwrite"],
  ["versions win over keys", { isVersioned: true, keyProperties: ["id"] }, "overwrite"],
  [
    "an incremental stream with versions is upserted",
    { isVersioned: true, hasBookmarkProperties: true, keyProperties: ["id"] },
    "upsert",
  ],
  [
    "a log-based stream with versions is upserted",
    { isVersioned: true, hasDeletedAt: true, keyProperties: ["id"] },
    "upsert",
  ],
  [
    "an incremental stream with versions and no keys is appended",
    { isVersioned: true, hasBookmarkProperties: true },
    "append",
  ],
  [
    "the settings win over everything",
    { configured: "insert-only", isVersioned: true, keyProperties: ["id"] },
    "insert-only",
  ],
])("%s", (_fact, traits, method) => {
  expect(chooseLoadMethod({ ...plain, ...traits })).toBe(method);
});
