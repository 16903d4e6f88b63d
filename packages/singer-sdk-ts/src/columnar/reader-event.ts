import type { RecordBatch } from "apache-arrow";
import type { JsonValue } from "../json.ts";
import type { BatchMessage, SchemaMessage } from "../message.ts";
import type { Column } from "../schema.ts";
import type { ColumnStatistics } from "./column/column-builder.ts";

/** Rows of one stream, one schema and one version, as Arrow columns that belong to the receiver. */
export interface RowBatch {
  readonly stream: string;
  /** The number of the schema, counted over all streams of the reader. */
  readonly schemaId: number;
  readonly recordBatch: RecordBatch;
  readonly rowCount: number;
  readonly sizeBytes: number;
  /** Index of the first row among the stream's rows so far, from 0; rejected records are not counted. */
  readonly firstRow: number;
  readonly version: number | undefined;
  /** One for each column of `recordBatch`, in order: computed when asked for, one pass over the arrays. */
  readonly statistics: readonly ColumnStatistics[];
  /** Gives the columns' memory back for later batches: then nobody may use `recordBatch` or `statistics`. */
  readonly release?: () => void;
}

/** What comes out of the reader, in the order in which it came in. */
export type ReaderEvent =
  | {
      readonly type: "schema";
      readonly message: SchemaMessage;
      readonly columns: readonly Column[];
      readonly schemaId: number;
    }
  | { readonly type: "rows"; readonly batch: RowBatch }
  /** More rows are pending than `pendingBytes` allows: they are to be taken before reading goes on. */
  | { readonly type: "pressure" }
  | { readonly type: "state"; readonly text: string; readonly value: JsonValue }
  | { readonly type: "activate_version"; readonly stream: string; readonly version: number }
  | { readonly type: "batch"; readonly message: BatchMessage }
  | {
      readonly type: "reject";
      readonly stream: string;
      readonly code: string;
      readonly reason: string;
      readonly line: string;
      readonly lineNumber: number;
    };
