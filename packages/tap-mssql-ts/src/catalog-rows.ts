/**
 * What the server's catalog views answer, view by view. The statements have constant texts, so that
 * their plans are cached, take no joins, so that a database with 10,000 tables costs a handful of
 * scans, and use the names' own case, which a case-sensitive or Turkish collation asks for.
 */
export const catalogStatements = {
  schemas: "SELECT name, schema_id FROM sys.schemas",
  objects:
    "SELECT object_id, schema_id, name, type FROM sys.objects WHERE type IN ('U', 'V') AND is_ms_shipped = 0 ORDER BY object_id",
  columns:
    "SELECT object_id, column_id, name, system_type_id, user_type_id, max_length, precision, scale, is_nullable, is_identity, is_computed, is_filestream, is_column_set, is_hidden, encryption_type FROM sys.columns ORDER BY object_id, column_id",
  types:
    "SELECT user_type_id, system_type_id, name, is_user_defined, is_assembly_type FROM sys.types",
  indexes:
    "SELECT object_id, index_id, is_primary_key, is_unique, has_filter, is_disabled FROM sys.indexes WHERE is_unique = 1",
  indexColumns:
    "SELECT object_id, index_id, key_ordinal, column_id FROM sys.index_columns WHERE key_ordinal > 0 ORDER BY object_id, index_id, key_ordinal",
  rowCounts:
    "SELECT object_id, SUM(rows) AS row_count FROM sys.partitions WHERE index_id IN (0, 1) GROUP BY object_id",
  descriptions:
    "SELECT major_id, minor_id, CONVERT(nvarchar(4000), value) AS value FROM sys.extended_properties WHERE class = 1 AND name = N'MS_Description'",
  synonyms: "SELECT schema_id, name, base_object_name FROM sys.synonyms",
  tracked: "SELECT object_id FROM sys.change_tracking_tables",
  captured: "SELECT object_id FROM sys.tables WHERE is_tracked_by_cdc = 1",
  database: "SELECT DB_NAME() AS database_name",
} as const;

/** One row of a catalog view, by column name. */
export type CatalogRow = Readonly<Record<string, unknown>>;
/** The answers to `catalogStatements`, and the capture instances of a database with CDC. */
export type CatalogRows = Readonly<
  Record<keyof typeof catalogStatements | "instances", readonly CatalogRow[]>
>;
