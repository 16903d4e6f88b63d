import type { RecordBatch } from "apache-arrow";
import type { RowBatch } from "singer-sdk-ts/columnar";
import type { TableColumns } from "../table-columns.ts";

/** What a stream's load takes of a reader's batch: all but its statistics, which a look at them would compute. */
export type ReceivedRows = Omit<RowBatch, "stream" | "schemaId" | "statistics">;

/** Rows of one stream, as received: `firstRow` counts the stream's rows of this run from 0. */
export interface StreamRows {
  readonly batch: RecordBatch;
  readonly firstRow: number;
  readonly sizeBytes: number;
  /** Gives the batch's memory back: only a load that keeps nothing of it may say so. */
  readonly release?: () => void;
}

/** When a load is told to make its rows durable. */
export interface CommitMoment {
  /** The row at which the last STATE stood: a restart may begin there. */
  readonly restartRow: number;
  /** The stream ended on purpose: nothing may stay undecided. */
  readonly isEnd: boolean;
  /** The stream ended and has no bookmark: the same rows in a later run are a new load. */
  readonly isWholeLoad?: boolean;
}

/** One way to bring the rows of a stream into its table. */
export interface Load {
  /** The columns of the rows that follow. */
  setColumns(columns: TableColumns): Promise<void>;
  /** Takes over rows; they may stay in memory until `commit`. */
  write(rows: StreamRows): Promise<void>;
  /** Makes the rows taken so far durable, as far as can be: see `durableRow`. */
  commit(moment: CommitMoment): Promise<void>;
  /** Every row before this one is durable, or was not given to this load. */
  readonly durableRow: number;
  /** Bytes of rows held in memory. */
  readonly heldBytes: number;
}
