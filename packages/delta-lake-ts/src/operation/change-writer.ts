import { type Data, makeData, type RecordBatch, Schema, Utf8 } from "apache-arrow";
import type { Action } from "../action.ts";
import { createBatch } from "../arrow/batch.ts";
import { deltaToArrow } from "../arrow/type.ts";
import { type DataFileOptions, DataFileWriter } from "../data-file.ts";
import { DeltaError } from "../error.ts";
import { findField } from "../schema.ts";
import type { ObjectStore } from "../store.ts";

/** What a row of a change file says happened. */
export type ChangeType = "insert" | "update_preimage" | "update_postimage" | "delete";

/** Where Delta keeps change files, below the table's root. */
const FOLDER = "_change_data";
const COLUMN = "_change_type";

/** Writes the change files of one commit: every row that it inserts, updates or deletes (delta.md §1.17). */
export class ChangeWriter {
  readonly #writer: DataFileWriter;
  readonly #schema: Schema;

  /** `options` are those of the commit's data files; E_SCHEMA_MISMATCH when the table has a column of a reserved name. */
  constructor(store: ObjectStore, options: DataFileOptions) {
    if (findField(options.schema, COLUMN) !== undefined) {
      throw new DeltaError(
        "E_SCHEMA_MISMATCH",
        `the table keeps a change data feed, and its column ${COLUMN} has a name that the feed reserves`,
        { hint: "rename the column, or switch delta.enableChangeDataFeed off" },
      );
    }
    const field = { name: COLUMN, type: "string", nullable: true, metadata: {} };
    const schema = { ...options.schema, fields: [...options.schema.fields, field] };
    this.#schema = deltaToArrow(schema);
    this.#writer = new DataFileWriter(store, { ...options, schema, folder: FOLDER });
  }

  /** Takes rows of the table's columns in. */
  async write(type: ChangeType, batch: RecordBatch): Promise<void> {
    if (batch.numRows === 0) return;
    const children = [...batch.data.children, repeatText(type, batch.numRows)];
    await this.#writer.write(createBatch(this.#schema, children, batch.numRows));
  }

  async close(): Promise<readonly Action[]> {
    const files = await this.#writer.close();
    return files.map(({ path, partitionValues, size }) => ({
      type: "cdc",
      cdc: { path, partitionValues, size, dataChange: false },
    }));
  }

  async abort(): Promise<void> {
    await this.#writer.abort();
  }
}

function repeatText(text: string, count: number): Data {
  const bytes = Buffer.from(text);
  const data = Buffer.alloc(bytes.length * count, bytes);
  const valueOffsets = Int32Array.from({ length: count + 1 }, (_, row) => row * bytes.length);
  return makeData({ type: new Utf8(), length: count, nullCount: 0, valueOffsets, data });
}
