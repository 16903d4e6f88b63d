import type { ObjectStore, StructType } from "delta-lake-ts";
import type { Log } from "singer-sdk-ts";
import type { DerivedColumn } from "../derived-columns.ts";
import type { SchemaContract } from "../schema-contract.ts";
import type { PartOptions } from "./part-writer.ts";

/** A record that a contract keeps out of its table, with its values as JSON. */
export interface RejectedRecord {
  readonly stream: string;
  readonly reason: string;
  readonly text: string;
  readonly recordNumber: number;
}

/** What every load of one stream works with. */
export interface TableContext {
  readonly stream: string;
  /** The table's path below the target's `path`, for messages. */
  readonly path: string;
  /** Rooted at the table's folder. */
  readonly store: ObjectStore;
  /** A store rooted at a folder below the table's. */
  openStore(folder: string): ObjectStore;
  readonly parts: PartOptions;
  /** Columns keep any name of the stream, by column mapping. */
  readonly keepsNames: boolean;
  /** Partition columns that are made of a time in the row. */
  readonly derived: readonly DerivedColumn[];
  /** Template of the names of plain Parquet files. */
  readonly fileNaming: string | undefined;
  /** The column that says when a change came about, for tables that keep a history. */
  readonly validFromColumn: string | undefined;
  readonly contract: SchemaContract;
  /** Takes a record that the contract keeps out of the table; `recordNumber` counts the stream's from 1. */
  readonly reject: (record: RejectedRecord) => Promise<void>;
  /** The columns that a table begins with when it is not there yet: those of the live table, where a contract holds. */
  readonly initialSchema?: StructType;
  /** `txn` names of this pipeline, stream and table: one for the batches, one for the version that is live. */
  readonly batchAppId: string;
  readonly versionAppId: string;
  readonly runId: string;
  /** What users want every commit to say, as Spark's `userMetadata`. */
  readonly commitTag: string | undefined;
  /** When the run began, milliseconds since 1970. */
  readonly startedMs: number;
  readonly log: Log;
}

/** What a commit says beside Delta's own: who made it, and the user's tag. */
export function commitInfo(
  { runId, commitTag }: Pick<TableContext, "runId" | "commitTag">,
  singer: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    singer: { ...singer, runId },
    ...(commitTag === undefined ? {} : { userMetadata: commitTag }),
  };
}
