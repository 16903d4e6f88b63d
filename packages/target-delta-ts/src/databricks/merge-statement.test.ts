import { expect, test } from "@jest/globals";
import type { StructField } from "delta-lake-ts";
import { replaceByMerge, replaceByNothing } from "./merge-statement.ts";

const id: StructField = { name: "id", type: "long", nullable: true, metadata: {} };
const part = (number: number) => ({ folder: `/v/${number}`, files: ["a"], fields: [id] });
const statement = { keys: ["id"], fields: [id], keepsDeleted: false, clearsMark: false };

test("T18: a version deletes the rows that it lacks, in the same statement", () => {
  expect(replaceByMerge("`t`", [part(0)], statement).split("\n")).toEqual([
    "MERGE INTO `t` AS t",
    "USING (SELECT CAST(`id` AS BIGINT) AS `id` FROM parquet.`/v/0`) AS s",
    "ON t.`id` <=> s.`id`",
    "WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`",
    "WHEN NOT MATCHED THEN INSERT (`id`) VALUES (s.`id`)",
    "WHEN NOT MATCHED BY SOURCE THEN DELETE",
  ]);
});

test("T17: with soft deletes a row that is marked already keeps its time", () => {
  const soft = { ...statement, keepsDeleted: true, clearsMark: true };

  expect(
    replaceByMerge("`t`", [part(0)], soft)
      .split("\n")
      .slice(3),
  ).toEqual([
    "WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`, t.`_sdc_deleted_at` = NULL",
    "WHEN NOT MATCHED THEN INSERT (`id`) VALUES (s.`id`)",
    "WHEN NOT MATCHED BY SOURCE AND t.`_sdc_deleted_at` IS NULL THEN UPDATE SET t.`_sdc_deleted_at` = current_timestamp()",
  ]);
  expect(replaceByNothing("`t`", true)).toBe(
    "UPDATE `t` SET `_sdc_deleted_at` = current_timestamp() WHERE `_sdc_deleted_at` IS NULL",
  );
  expect(replaceByNothing("`t`", false)).toBe("DELETE FROM `t`");
});

test("T19: of a key in several parts the last part counts", () => {
  const merged = replaceByMerge("`t`", [part(0), part(1)], { ...statement, repeatedKeys: ["id"] });

  expect(merged.split("\n").slice(1, 6)).toEqual([
    "USING (SELECT `id` FROM (",
    "SELECT CAST(`id` AS BIGINT) AS `id`, 0 AS _part FROM parquet.`/v/0`",
    "UNION ALL",
    "SELECT CAST(`id` AS BIGINT) AS `id`, 1 AS _part FROM parquet.`/v/1`",
    ")",
  ]);
  expect(merged).toContain("QUALIFY row_number() OVER (PARTITION BY `id` ORDER BY _part DESC) = 1");
});
