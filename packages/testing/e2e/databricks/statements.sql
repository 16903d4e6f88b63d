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

-- upsert: the first version of a stream
SHOW TABLES IN `main`.`default`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`_singer_batches` (app_id STRING, sequence BIGINT, is_done BOOLEAN, statements STRING, links STRING) USING DELTA COMMENT 'Batches that target-delta-ts has appended';
SELECT CAST(max(sequence) AS STRING) AS version FROM `main`.`default`.`_singer_batches` WHERE app_id = 'target-delta-version/TABLE';
CREATE TABLE IF NOT EXISTS `main`.`default`.`versions` (
  `id` BIGINT,
  `it's_a_``name``` STRING COMMENT 'Source column: it\'s a `name`'
) USING DELTA COMMENT 'Singer stream versions';
MERGE INTO `main`.`default`.`versions` AS t
USING (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name``` FROM parquet.`/Volumes/main/default/singer_staging/versions/RUN/000000`) AS s
ON t.`id` <=> s.`id`
WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`, t.`it's_a_``name``` = s.`it's_a_``name```
WHEN NOT MATCHED THEN INSERT (`id`, `it's_a_``name```) VALUES (s.`id`, s.`it's_a_``name```);
INSERT INTO `main`.`default`.`_singer_batches` VALUES ('target-delta-version/TABLE', 1, true, NULL, NULL);

-- upsert: a later version, whose missing rows are marked
SHOW TABLES IN `main`.`default`;
DESCRIBE TABLE `main`.`default`.`versions`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`_singer_batches` (app_id STRING, sequence BIGINT, is_done BOOLEAN, statements STRING, links STRING) USING DELTA COMMENT 'Batches that target-delta-ts has appended';
SELECT CAST(max(sequence) AS STRING) AS version FROM `main`.`default`.`_singer_batches` WHERE app_id = 'target-delta-version/TABLE';
ALTER TABLE `main`.`default`.`versions` ADD COLUMNS (`_sdc_deleted_at` TIMESTAMP);
MERGE INTO `main`.`default`.`versions` AS t
USING (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name``` FROM parquet.`/Volumes/main/default/singer_staging/versions/RUN/000000`) AS s
ON t.`id` <=> s.`id`
WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`, t.`it's_a_``name``` = s.`it's_a_``name```, t.`_sdc_deleted_at` = NULL
WHEN NOT MATCHED THEN INSERT (`id`, `it's_a_``name```) VALUES (s.`id`, s.`it's_a_``name```)
WHEN NOT MATCHED BY SOURCE AND t.`_sdc_deleted_at` IS NULL THEN UPDATE SET t.`_sdc_deleted_at` = current_timestamp();
INSERT INTO `main`.`default`.`_singer_batches` VALUES ('target-delta-version/TABLE', 2, true, NULL, NULL);

-- upsert: a later version, whose missing rows leave, with a key in two flushes
SHOW TABLES IN `main`.`default`;
DESCRIBE TABLE `main`.`default`.`versions`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`_singer_batches` (app_id STRING, sequence BIGINT, is_done BOOLEAN, statements STRING, links STRING) USING DELTA COMMENT 'Batches that target-delta-ts has appended';
SELECT CAST(max(sequence) AS STRING) AS version FROM `main`.`default`.`_singer_batches` WHERE app_id = 'target-delta-version/TABLE';
MERGE INTO `main`.`default`.`versions` AS t
USING (SELECT `id`, `it's_a_``name``` FROM (
SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name```, 0 AS _part FROM parquet.`/Volumes/main/default/singer_staging/versions/RUN/000000`
UNION ALL
SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name```, 1 AS _part FROM parquet.`/Volumes/main/default/singer_staging/versions/RUN/000001`
)
QUALIFY row_number() OVER (PARTITION BY `id` ORDER BY _part DESC) = 1) AS s
ON t.`id` <=> s.`id`
WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`, t.`it's_a_``name``` = s.`it's_a_``name```, t.`_sdc_deleted_at` = NULL
WHEN NOT MATCHED THEN INSERT (`id`, `it's_a_``name```) VALUES (s.`id`, s.`it's_a_``name```)
WHEN NOT MATCHED BY SOURCE THEN DELETE;
INSERT INTO `main`.`default`.`_singer_batches` VALUES ('target-delta-version/TABLE', 3, true, NULL, NULL);

-- upsert: a later version without rows
SHOW TABLES IN `main`.`default`;
DESCRIBE TABLE `main`.`default`.`versions`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`_singer_batches` (app_id STRING, sequence BIGINT, is_done BOOLEAN, statements STRING, links STRING) USING DELTA COMMENT 'Batches that target-delta-ts has appended';
SELECT CAST(max(sequence) AS STRING) AS version FROM `main`.`default`.`_singer_batches` WHERE app_id = 'target-delta-version/TABLE';
DELETE FROM `main`.`default`.`versions`;
INSERT INTO `main`.`default`.`_singer_batches` VALUES ('target-delta-version/TABLE', 4, true, NULL, NULL);

-- creation: clustered, with properties, tags, grants and descriptions
SHOW TABLES IN `main`.`default`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`laid` (
  `id` BIGINT COMMENT 'The order\'s number.',
  `total` DECIMAL(7,2)
) USING DELTA CLUSTER BY (`id`) COMMENT 'Orders, as they come.' TBLPROPERTIES ('delta.enableTypeWidening' = 'true');
ALTER TABLE `main`.`default`.`laid` SET TAGS ('source' = 'it\'s Singer');
GRANT SELECT ON TABLE `main`.`default`.`laid` TO `analysts`;
MERGE INTO `main`.`default`.`laid` AS t
USING (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`total` AS DECIMAL(7,2)) AS `total` FROM parquet.`/Volumes/main/default/singer_staging/laid/RUN/000000`) AS s
ON t.`id` <=> s.`id`
WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`, t.`total` = s.`total`
WHEN NOT MATCHED THEN INSERT (`id`, `total`) VALUES (s.`id`, s.`total`);

-- creation: partitioned
SHOW TABLES IN `main`.`default`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`_singer_batches` (app_id STRING, sequence BIGINT, is_done BOOLEAN, statements STRING, links STRING) USING DELTA COMMENT 'Batches that target-delta-ts has appended';
SELECT CAST(sequence AS STRING) AS sequence, max(CAST(is_done AS STRING)) AS is_done, max(statements) AS statements, max(links) AS links FROM `main`.`default`.`_singer_batches` WHERE app_id = 'target-delta/TABLE' GROUP BY sequence ORDER BY CAST(sequence AS BIGINT) DESC LIMIT 200;
CREATE TABLE IF NOT EXISTS `main`.`default`.`parted` (
  `id` BIGINT,
  `name` STRING
) USING DELTA PARTITIONED BY (`name`) COMMENT 'Singer stream parted';
INSERT INTO `main`.`default`.`_singer_batches` VALUES ('target-delta/TABLE', 1, false, '["COPY INTO `main`.`default`.`parted`\\nFROM (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`name` AS STRING) AS `name` FROM \'/Volumes/main/default/singer_staging/parted/RUN/000000\')\\nFILEFORMAT = PARQUET\\nFILES = (\'0000-HASH.parquet\')\\nFORMAT_OPTIONS (\'mergeSchema\' = \'false\')\\nCOPY_OPTIONS (\'mergeSchema\' = \'false\')"]', 'LINKS');
COPY INTO `main`.`default`.`parted`
FROM (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`name` AS STRING) AS `name` FROM '/Volumes/main/default/singer_staging/parted/RUN/000000')
FILEFORMAT = PARQUET
FILES = ('0000-HASH.parquet')
FORMAT_OPTIONS ('mergeSchema' = 'false')
COPY_OPTIONS ('mergeSchema' = 'false');
INSERT INTO `main`.`default`.`_singer_batches` VALUES ('target-delta/TABLE', 1, true, NULL, NULL);

-- creation: clustered as Databricks chooses
SHOW TABLES IN `main`.`default`;
CREATE TABLE `main`.`default`.`auto` USING DELTA CLUSTER BY AUTO COMMENT 'Singer stream auto'
AS SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`name` AS STRING) AS `name` FROM parquet.`/Volumes/main/default/singer_staging/auto/RUN/000000`;

-- upsert: a column that becomes wider
SHOW TABLES IN `main`.`default`;
DESCRIBE TABLE `main`.`default`.`laid`;
ALTER TABLE `main`.`default`.`laid` ALTER COLUMN `total` TYPE DECIMAL(9,4);
MERGE INTO `main`.`default`.`laid` AS t
USING (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`total` AS DECIMAL(9,4)) AS `total` FROM parquet.`/Volumes/main/default/singer_staging/laid/RUN/000000`) AS s
ON t.`id` <=> s.`id`
WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`, t.`total` = s.`total`
WHEN NOT MATCHED THEN INSERT (`id`, `total`) VALUES (s.`id`, s.`total`);

-- append: staged by statements, into a volume that is not there
DESCRIBE VOLUME `main`.`default`.`by_sql`;
CREATE SCHEMA IF NOT EXISTS `main`.`default`;
CREATE VOLUME IF NOT EXISTS `main`.`default`.`by_sql`;
SHOW TABLES IN `main`.`default`;
DESCRIBE TABLE `main`.`default`.`log`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`_singer_batches` (app_id STRING, sequence BIGINT, is_done BOOLEAN, statements STRING, links STRING) USING DELTA COMMENT 'Batches that target-delta-ts has appended';
SELECT CAST(sequence AS STRING) AS sequence, max(CAST(is_done AS STRING)) AS is_done, max(statements) AS statements, max(links) AS links FROM `main`.`default`.`_singer_batches` WHERE app_id = 'target-delta/TABLE' GROUP BY sequence ORDER BY CAST(sequence AS BIGINT) DESC LIMIT 200;
PUT 'FILE' INTO '/Volumes/main/default/by_sql/log/RUN/000000/0000-HASH.parquet' OVERWRITE;
INSERT INTO `main`.`default`.`_singer_batches` VALUES ('target-delta/TABLE', 4, false, '["COPY INTO `main`.`default`.`log`\\nFROM (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it\'s_a_``name``` AS STRING) AS `it\'s_a_``name```, CAST(`total` AS DECIMAL(38,2)) AS `total` FROM \'/Volumes/main/default/by_sql/log/RUN/000000\')\\nFILEFORMAT = PARQUET\\nFILES = (\'0000-HASH.parquet\')\\nFORMAT_OPTIONS (\'mergeSchema\' = \'false\')\\nCOPY_OPTIONS (\'mergeSchema\' = \'false\')"]', 'LINKS');
COPY INTO `main`.`default`.`log`
FROM (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`it's_a_``name``` AS STRING) AS `it's_a_``name```, CAST(`total` AS DECIMAL(38,2)) AS `total` FROM '/Volumes/main/default/by_sql/log/RUN/000000')
FILEFORMAT = PARQUET
FILES = ('0000-HASH.parquet')
FORMAT_OPTIONS ('mergeSchema' = 'false')
COPY_OPTIONS ('mergeSchema' = 'false');
INSERT INTO `main`.`default`.`_singer_batches` VALUES ('target-delta/TABLE', 4, true, NULL, NULL);
REMOVE '/Volumes/main/default/by_sql/log/RUN/000000/0000-HASH.parquet';

-- upsert: staged by statements, with an audit of the loads and care of the table
DESCRIBE VOLUME `main`.`default`.`singer_staging`;
SHOW TABLES IN `main`.`default`;
DESCRIBE TABLE `main`.`default`.`plain`;
PUT 'FILE' INTO '/Volumes/main/default/singer_staging/plain/RUN/000000/0000-HASH.parquet' OVERWRITE;
MERGE INTO `main`.`default`.`plain` AS t
USING (SELECT CAST(`id` AS BIGINT) AS `id`, CAST(`name` AS STRING) AS `name` FROM parquet.`/Volumes/main/default/singer_staging/plain/RUN/000000`) AS s
ON t.`id` <=> s.`id`
WHEN MATCHED THEN UPDATE SET t.`id` = s.`id`, t.`name` = s.`name`
WHEN NOT MATCHED THEN INSERT (`id`, `name`) VALUES (s.`id`, s.`name`);
REMOVE '/Volumes/main/default/singer_staging/plain/RUN/000000/0000-HASH.parquet';
OPTIMIZE `main`.`default`.`plain`;
VACUUM `main`.`default`.`plain`;
SELECT CAST(count(*) AS STRING) AS row_count FROM `main`.`default`.`plain`;
DESCRIBE HISTORY `main`.`default`.`plain` LIMIT 1;
DESCRIBE DETAIL `main`.`default`.`plain`;
CREATE TABLE IF NOT EXISTS `main`.`default`.`_sdc_loads` (run_id STRING, stream STRING, table_path STRING, load_method STRING, rows_received BIGINT, table_rows BIGINT, table_version BIGINT, table_files BIGINT, table_bytes BIGINT, started_at TIMESTAMP, finished_at TIMESTAMP) USING DELTA;
INSERT INTO `main`.`default`.`_sdc_loads` SELECT * FROM VALUES
('RUN', 'plain', 'plain', 'upsert', 1L, 2L, 4L, 1L, BYTES, TIMESTAMP 'TIME', TIMESTAMP 'TIME') AS v(run_id, stream, table_path, load_method, rows_received, table_rows, table_version, table_files, table_bytes, started_at, finished_at)
WHERE NOT EXISTS (SELECT 1 FROM `main`.`default`.`_sdc_loads` WHERE run_id = 'RUN');

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
