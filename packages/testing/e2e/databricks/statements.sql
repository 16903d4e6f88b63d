-- append: rows without a key
CREATE SCHEMA IF NOT EXISTS `main`.`default`;
CREATE VOLUME IF NOT EXISTS `main`.`default`.`singer_staging`;
SHOW TABLES IN `main`.`default`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`_singer_batches` (app_id STRING, sequence BIGINT, is_done BOOLEAN, statements STRING, links STRING) USING DELTA COMMENT 'Batches that target-delta-ts has appended';
SELECT CAST(sequence AS STRING) AS sequence, max(CAST(is_done AS STRING)) AS is_done, max(statements) AS statements, max(links) AS links FROM `main`.`default`.`_singer_batches` WHERE app_id = 'target-delta/TABLE' GROUP BY sequence ORDER BY CAST(sequence AS BIGINT) DESC LIMIT 200;
CREATE TABLE IF NOT EXISTS `main`.`default`.`log` (
  `id` BIGINT,
  `it's_a_``name``` STRING COMMENT 'Source column: it\'s a `name`'
) USING DELTA COMMENT 'Singer stream log';
INSERT INTO `main`.`default`.`_singer_batches` VALUES ('target-delta/TABLE', 1, false, '["COPY INTO `main`.`default`.`log`\\nFROM (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it\'s_a_``name``` AS STRING) AS `it\'s_a_``name``` FROM \'/Volumes/main/default/singer_staging/log/RUN/000000\')\\nFILEFORMAT = PARQUET\\nFILES = (\'0000-HASH.parquet\')\\nFORMAT_OPTIONS (\'mergeSchema\' = \'false\')\\nCOPY_OPTIONS (\'mergeSchema\' = \'false\')"]', 'LINKS');
COPY INTO `main`.`default`.`log`
FROM (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name``` FROM '/Volumes/main/default/singer_staging/log/RUN/000000')
FILEFORMAT = PARQUET
FILES = ('0000-HASH.parquet')
FORMAT_OPTIONS ('mergeSchema' = 'false')
COPY_OPTIONS ('mergeSchema' = 'false');
INSERT INTO `main`.`default`.`_singer_batches` VALUES ('target-delta/TABLE', 1, true, NULL, NULL);

-- append: a column more
SHOW TABLES IN `main`.`default`;
DESCRIBE TABLE `main`.`default`.`log`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`_singer_batches` (app_id STRING, sequence BIGINT, is_done BOOLEAN, statements STRING, links STRING) USING DELTA COMMENT 'Batches that target-delta-ts has appended';
SELECT CAST(sequence AS STRING) AS sequence, max(CAST(is_done AS STRING)) AS is_done, max(statements) AS statements, max(links) AS links FROM `main`.`default`.`_singer_batches` WHERE app_id = 'target-delta/TABLE' GROUP BY sequence ORDER BY CAST(sequence AS BIGINT) DESC LIMIT 200;
ALTER TABLE `main`.`default`.`log` ADD COLUMNS (`total` DECIMAL(38,2));
INSERT INTO `main`.`default`.`_singer_batches` VALUES ('target-delta/TABLE', 2, false, '["COPY INTO `main`.`default`.`log`\\nFROM (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it\'s_a_``name``` AS STRING) AS `it\'s_a_``name```, CAST(`total` AS DECIMAL(38,2)) AS `total` FROM \'/Volumes/main/default/singer_staging/log/RUN/000000\')\\nFILEFORMAT = PARQUET\\nFILES = (\'0000-HASH.parquet\')\\nFORMAT_OPTIONS (\'mergeSchema\' = \'false\')\\nCOPY_OPTIONS (\'mergeSchema\' = \'false\')"]', 'LINKS');
COPY INTO `main`.`default`.`log`
FROM (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name```, CAST(`total` AS DECIMAL(38,2)) AS `total` FROM '/Volumes/main/default/singer_staging/log/RUN/000000')
FILEFORMAT = PARQUET
FILES = ('0000-HASH.parquet')
FORMAT_OPTIONS ('mergeSchema' = 'false')
COPY_OPTIONS ('mergeSchema' = 'false');
INSERT INTO `main`.`default`.`_singer_batches` VALUES ('target-delta/TABLE', 2, true, NULL, NULL);

-- upsert: the first rows of a table, whose columns have no comments
SHOW TABLES IN `main`.`default`;
CREATE TABLE `main`.`default`.`plain` USING DELTA COMMENT 'Singer stream plain'
AS SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`name` AS STRING) AS `name` FROM parquet.`/Volumes/main/default/singer_staging/plain/RUN/000000`;

-- upsert: the first rows of a table
SHOW TABLES IN `main`.`default`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`order` (
  `id` BIGINT,
  `it's_a_``name``` STRING COMMENT 'Source column: it\'s a `name`'
) USING DELTA COMMENT 'Singer stream order';
MERGE INTO `main`.`default`.`order` AS t
USING (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name``` FROM parquet.`/Volumes/main/default/singer_staging/order/RUN/000000`) AS s
ON t.`id` <=> s.`id`
WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`, t.`it's_a_``name``` = s.`it's_a_``name```
WHEN NOT MATCHED THEN INSERT (`id`, `it's_a_``name```) VALUES (s.`id`, s.`it's_a_``name```);

-- upsert: rows of a table that is there, and a column more
SHOW TABLES IN `main`.`default`;
DESCRIBE TABLE `main`.`default`.`order`;
ALTER TABLE `main`.`default`.`order` ADD COLUMNS (`total` DECIMAL(38,2));
MERGE INTO `main`.`default`.`order` AS t
USING (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name```, CAST(`total` AS DECIMAL(38,2)) AS `total` FROM parquet.`/Volumes/main/default/singer_staging/order/RUN/000000`) AS s
ON t.`id` <=> s.`id`
WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`, t.`it's_a_``name``` = s.`it's_a_``name```, t.`total` = s.`total`
WHEN NOT MATCHED THEN INSERT (`id`, `it's_a_``name```, `total`) VALUES (s.`id`, s.`it's_a_``name```, s.`total`);

-- upsert: a table whose columns have comments
SHOW TABLES IN `main`.`default`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`described` (
  `id` BIGINT COMMENT 'The order\'s number.'
) USING DELTA COMMENT 'Singer stream described';
MERGE INTO `main`.`default`.`described` AS t
USING (SELECT CAST(`id` AS BIGINT) AS `id` FROM parquet.`/Volumes/main/default/singer_staging/described/RUN/000000`) AS s
ON t.`id` <=> s.`id`
WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`
WHEN NOT MATCHED THEN INSERT (`id`) VALUES (s.`id`);

-- upsert: soft deletes
SHOW TABLES IN `main`.`default`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`soft` (
  `id` BIGINT,
  `it's_a_``name``` STRING COMMENT 'Source column: it\'s a `name`',
  `_sdc_deleted_at` TIMESTAMP
) USING DELTA COMMENT 'Singer stream soft';
MERGE INTO `main`.`default`.`soft` AS t
USING (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name```, CAST(`_sdc_deleted_at` AS TIMESTAMP) AS `_sdc_deleted_at` FROM parquet.`/Volumes/main/default/singer_staging/soft/RUN/000000`) AS s
ON t.`id` <=> s.`id`
WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`, t.`it's_a_``name``` = s.`it's_a_``name```, t.`_sdc_deleted_at` = s.`_sdc_deleted_at`
WHEN NOT MATCHED THEN INSERT (`id`, `it's_a_``name```, `_sdc_deleted_at`) VALUES (s.`id`, s.`it's_a_``name```, s.`_sdc_deleted_at`);

-- upsert: hard deletes
SHOW TABLES IN `main`.`default`;
DESCRIBE TABLE `main`.`default`.`soft`;
MERGE INTO `main`.`default`.`soft` AS t
USING (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name```, CAST(`_sdc_deleted_at` AS TIMESTAMP) AS `_sdc_deleted_at` FROM parquet.`/Volumes/main/default/singer_staging/soft/RUN/000000`) AS s
ON t.`id` <=> s.`id`
WHEN MATCHED AND s.`_sdc_deleted_at` IS NOT NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`, t.`it's_a_``name``` = s.`it's_a_``name```, t.`_sdc_deleted_at` = s.`_sdc_deleted_at`
WHEN NOT MATCHED AND NOT (s.`_sdc_deleted_at` IS NOT NULL) THEN INSERT (`id`, `it's_a_``name```, `_sdc_deleted_at`) VALUES (s.`id`, s.`it's_a_``name```, s.`_sdc_deleted_at`);

-- append: staged on DBFS
SHOW TABLES IN `main`.`default`;
DESCRIBE TABLE `main`.`default`.`log`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`_singer_batches` (app_id STRING, sequence BIGINT, is_done BOOLEAN, statements STRING, links STRING) USING DELTA COMMENT 'Batches that target-delta-ts has appended';
SELECT CAST(sequence AS STRING) AS sequence, max(CAST(is_done AS STRING)) AS is_done, max(statements) AS statements, max(links) AS links FROM `main`.`default`.`_singer_batches` WHERE app_id = 'target-delta/TABLE' GROUP BY sequence ORDER BY CAST(sequence AS BIGINT) DESC LIMIT 200;
INSERT INTO `main`.`default`.`_singer_batches` VALUES ('target-delta/TABLE', 3, false, '["COPY INTO `main`.`default`.`log`\\nFROM (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it\'s_a_``name``` AS STRING) AS `it\'s_a_``name```, CAST(`total` AS DECIMAL(38,2)) AS `total` FROM \'dbfs:/singer_staging/main/default/log/RUN/000000\')\\nFILEFORMAT = PARQUET\\nFILES = (\'0000-HASH.parquet\')\\nFORMAT_OPTIONS (\'mergeSchema\' = \'false\')\\nCOPY_OPTIONS (\'mergeSchema\' = \'false\')"]', 'LINKS');
COPY INTO `main`.`default`.`log`
FROM (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name```, CAST(`total` AS DECIMAL(38,2)) AS `total` FROM 'dbfs:/singer_staging/main/default/log/RUN/000000')
FILEFORMAT = PARQUET
FILES = ('0000-HASH.parquet')
FORMAT_OPTIONS ('mergeSchema' = 'false')
COPY_OPTIONS ('mergeSchema' = 'false');
INSERT INTO `main`.`default`.`_singer_batches` VALUES ('target-delta/TABLE', 3, true, NULL, NULL);

-- upsert: staged on DBFS
SHOW TABLES IN `main`.`default`;
DESCRIBE TABLE `main`.`default`.`order`;
MERGE INTO `main`.`default`.`order` AS t
USING (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name```, CAST(`total` AS DECIMAL(38,2)) AS `total` FROM parquet.`dbfs:/singer_staging/main/default/order/RUN/000000`) AS s
ON t.`id` <=> s.`id`
WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`, t.`it's_a_``name``` = s.`it's_a_``name```, t.`total` = s.`total`
WHEN NOT MATCHED THEN INSERT (`id`, `it's_a_``name```, `total`) VALUES (s.`id`, s.`it's_a_``name```, s.`total`);

-- insert-only
SHOW TABLES IN `main`.`default`;
DESCRIBE TABLE `main`.`default`.`order`;
MERGE INTO `main`.`default`.`order` AS t
USING (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name``` FROM parquet.`/Volumes/main/default/singer_staging/order/RUN/000000`) AS s
ON t.`id` <=> s.`id`
WHEN NOT MATCHED THEN INSERT (`id`, `it's_a_``name```) VALUES (s.`id`, s.`it's_a_``name```);

-- overwrite: a version that is activated
SHOW TABLES IN `main`.`default`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`full` (
  `id` BIGINT,
  `it's_a_``name``` STRING COMMENT 'Source column: it\'s a `name`'
) USING DELTA COMMENT 'Singer stream full';
INSERT OVERWRITE TABLE `main`.`default`.`full` (`id`, `it's_a_``name```)
SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name``` FROM parquet.`/Volumes/main/default/singer_staging/full/RUN/000000`;

-- overwrite: no rows
SHOW TABLES IN `main`.`default`;
DESCRIBE TABLE `main`.`default`.`full`;
INSERT OVERWRITE TABLE `main`.`default`.`full` (`id`, `it's_a_``name```)
SELECT `id`, `it's_a_``name``` FROM `main`.`default`.`full` WHERE false;

-- record metadata
SHOW TABLES IN `main`.`default`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`meta` (
  `id` BIGINT,
  `it's_a_``name``` STRING COMMENT 'Source column: it\'s a `name`',
  `_sdc_extracted_at` TIMESTAMP,
  `_sdc_received_at` TIMESTAMP,
  `_sdc_batched_at` TIMESTAMP,
  `_sdc_deleted_at` TIMESTAMP,
  `_sdc_sequence` BIGINT,
  `_sdc_table_version` BIGINT,
  `_sdc_sync_started_at` BIGINT
) USING DELTA COMMENT 'Singer stream meta';
MERGE INTO `main`.`default`.`meta` AS t
USING (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name```, CAST(`_sdc_extracted_at` AS TIMESTAMP) AS `_sdc_extracted_at`, CAST(`_sdc_received_at` AS TIMESTAMP) AS `_sdc_received_at`, CAST(`_sdc_batched_at` AS TIMESTAMP) AS `_sdc_batched_at`, CAST(`_sdc_sequence` AS BIGINT) AS `_sdc_sequence`, CAST(`_sdc_table_version` AS BIGINT) AS `_sdc_table_version`, CAST(`_sdc_sync_started_at` AS BIGINT) AS `_sdc_sync_started_at` FROM parquet.`/Volumes/main/default/singer_staging/meta/RUN/000000`) AS s
ON t.`id` <=> s.`id`
WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`, t.`it's_a_``name``` = s.`it's_a_``name```, t.`_sdc_extracted_at` = s.`_sdc_extracted_at`, t.`_sdc_received_at` = s.`_sdc_received_at`, t.`_sdc_batched_at` = s.`_sdc_batched_at`, t.`_sdc_sequence` = s.`_sdc_sequence`, t.`_sdc_table_version` = s.`_sdc_table_version`, t.`_sdc_sync_started_at` = s.`_sdc_sync_started_at`, t.`_sdc_deleted_at` = NULL
WHEN NOT MATCHED THEN INSERT (`id`, `it's_a_``name```, `_sdc_extracted_at`, `_sdc_received_at`, `_sdc_batched_at`, `_sdc_sequence`, `_sdc_table_version`, `_sdc_sync_started_at`) VALUES (s.`id`, s.`it's_a_``name```, s.`_sdc_extracted_at`, s.`_sdc_received_at`, s.`_sdc_batched_at`, s.`_sdc_sequence`, s.`_sdc_table_version`, s.`_sdc_sync_started_at`);
