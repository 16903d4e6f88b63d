import { expect, test } from "@jest/globals";
import { batchSettings } from "./batch/batch-settings.ts";
import { withNestedNames } from "./dotted-name.ts";

test("dotted names that Meltano leaves inside an object become members; free maps keep theirs", () => {
  const given = { "encoding.format": "parquet", "storage.root": "/x", "storage.prefix": "p" };

  const batch = withNestedNames(given, batchSettings.batch_config);
  const free = withNestedNames({ "a.b": 1 }, { type: "object", additionalProperties: true });

  expect(batch).toEqual({ encoding: { format: "parquet" }, storage: { root: "/x", prefix: "p" } });
  const whole = withNestedNames(
    { batch_config: { encoding: { format: "jsonl" } }, "batch_config.encoding.format": "parquet" },
    { type: "object", properties: batchSettings },
  );

  expect(whole).toEqual({ batch_config: { encoding: { format: "parquet" } } });
  expect(free).toEqual({ "a.b": 1 });
});
