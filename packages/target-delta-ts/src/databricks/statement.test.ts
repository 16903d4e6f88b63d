import { expect, test } from "@jest/globals";
import type { StructField } from "delta-lake-ts";
import { mergeInto } from "./merge-statement.ts";
import { qualifiedName } from "./sql-text.ts";
import { parseSqlType, sqlType } from "./sql-type.ts";
import { addColumns, copyInto, createTable, insertOverwrite } from "./statement.ts";

const id: StructField = { name: "id", type: "long", nullable: true, metadata: {} };
const odd: StructField = {
  name: "od`d",
  type: "decimal(10,2)",
  nullable: true,
  metadata: { comment: "It's a \\ name" },
};
const deletedAt: StructField = {
  name: "_sdc_deleted_at",
  type: "timestamp",
  nullable: true,
  metadata: {},
};
const table = qualifiedName("main", "sales", "Order");
const folder = "/Volumes/main/sales/staging/Order/run/000000";
const plain = { comment: "Singer stream Order", clusterBy: [], partitionBy: [], properties: {} };
const staged = { folder, files: ["0000-ab.parquet"], fields: [id, odd] };

test("CREATE TABLE quotes every name and comment", () => {
  expect(createTable(table, [id, odd], plain)).toBe(
    `CREATE TABLE IF NOT EXISTS \`main\`.\`sales\`.\`Order\` (
  \`id\` BIGINT,
  \`od\`\`d\` DECIMAL(10,2) COMMENT 'It\\'s a \\\\ name'
) USING DELTA COMMENT 'Singer stream Order'`,
  );
});

test("ADD COLUMNS adds all new columns at once", () => {
  expect(addColumns(table, [id, deletedAt])).toBe(
    "ALTER TABLE `main`.`sales`.`Order` ADD COLUMNS (`id` BIGINT, `_sdc_deleted_at` TIMESTAMP)",
  );
});

test("COPY INTO names its files and casts its columns", () => {
  expect(copyInto(table, staged)).toBe(
    `COPY INTO \`main\`.\`sales\`.\`Order\`
FROM (SELECT CAST(\`id\` AS BIGINT) AS \`id\`, CAST(\`od\`\`d\` AS DECIMAL(10,2)) AS \`od\`\`d\` FROM '${folder}')
FILEFORMAT = PARQUET
FILES = ('0000-ab.parquet')
FORMAT_OPTIONS ('mergeSchema' = 'false')
COPY_OPTIONS ('mergeSchema' = 'false')`,
  );
});

test("MERGE compares keys null-safely and updates what it finds", () => {
  const merged = mergeInto(table, staged, { keys: ["id"], mode: "upsert", isHardDelete: true });

  expect(merged).toBe(
    `MERGE INTO \`main\`.\`sales\`.\`Order\` AS t
USING (SELECT CAST(\`id\` AS BIGINT) AS \`id\`, CAST(\`od\`\`d\` AS DECIMAL(10,2)) AS \`od\`\`d\` FROM parquet.\`${folder}\`) AS s
ON t.\`id\` <=> s.\`id\`
WHEN MATCHED THEN UPDATE SET t.\`id\` = s.\`id\`, t.\`od\`\`d\` = s.\`od\`\`d\`
WHEN NOT MATCHED THEN INSERT (\`id\`, \`od\`\`d\`) VALUES (s.\`id\`, s.\`od\`\`d\`)`,
  );
});

test("MERGE with hard deletes takes out what is marked, and does not bring it in", () => {
  const marked = { ...staged, fields: [id, deletedAt] };

  const merged = mergeInto(table, marked, { keys: ["id"], mode: "upsert", isHardDelete: true });

  expect(merged.split("\n").slice(3)).toEqual([
    "WHEN MATCHED AND s.`_sdc_deleted_at` IS NOT NULL THEN DELETE",
    "WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`, t.`_sdc_deleted_at` = s.`_sdc_deleted_at`",
    "WHEN NOT MATCHED AND NOT (s.`_sdc_deleted_at` IS NOT NULL) THEN INSERT (`id`, `_sdc_deleted_at`) VALUES (s.`id`, s.`_sdc_deleted_at`)",
  ]);
});

test("MERGE that only inserts changes nothing that is there", () => {
  const merged = mergeInto(table, staged, {
    keys: ["id"],
    mode: "insert-only",
    isHardDelete: false,
  });

  expect(merged.split("\n").slice(2)).toEqual([
    "ON t.`id` <=> s.`id`",
    "WHEN NOT MATCHED THEN INSERT (`id`, `od``d`) VALUES (s.`id`, s.`od``d`)",
  ]);
});

test("INSERT OVERWRITE fills columns that some files lack with nulls", () => {
  const parts = [staged, { ...staged, folder: `${folder}x`, fields: [id] }];

  expect(insertOverwrite(table, [id, odd], parts)).toBe(
    `INSERT OVERWRITE TABLE \`main\`.\`sales\`.\`Order\` (\`id\`, \`od\`\`d\`)
SELECT CAST(\`id\` AS BIGINT) AS \`id\`, CAST(\`od\`\`d\` AS DECIMAL(10,2)) AS \`od\`\`d\` FROM parquet.\`${folder}\`
UNION ALL
SELECT CAST(\`id\` AS BIGINT) AS \`id\`, CAST(NULL AS DECIMAL(10,2)) AS \`od\`\`d\` FROM parquet.\`${folder}x\``,
  );
});

test("a full load without rows empties the table", () => {
  expect(insertOverwrite(table, [id], [])).toBe(
    "INSERT OVERWRITE TABLE `main`.`sales`.`Order` (`id`)\nSELECT `id` FROM `main`.`sales`.`Order` WHERE false",
  );
});

test.each([
  ["bigint", "BIGINT"],
  ["decimal(38,10)", "DECIMAL(38,10)"],
  [
    "array<struct<a:int,b:map<string,decimal(10,2)>>>",
    "ARRAY<STRUCT<`a`: INT, `b`: MAP<STRING, DECIMAL(10,2)>>>",
  ],
])("the type %s is read as DESCRIBE prints it", (text, sql) => {
  expect(sqlType(parseSqlType(text))).toBe(sql);
});
