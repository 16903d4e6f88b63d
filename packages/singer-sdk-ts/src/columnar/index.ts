export { arrowField, arrowType } from "./arrow-field.ts";
export type { ColumnStatistics } from "./column/column-builder.ts";
export { ColumnarReader, type ColumnarReaderOptions } from "./columnar-reader.ts";
export type { ReaderEvent, RowBatch } from "./reader-event.ts";
export { extractedAt } from "./stream-rows.ts";
