import type { ColumnMetadata } from "tedious/lib/token/colmetadata-token-parser.js";
import type { SqlConnection } from "./connection.ts";
import type { Statement } from "./query.ts";
import { exactFormat, wireColumn } from "./record-sink.ts";
import { readerOfColumn, type ValueFormat } from "./wire/reader-of-column.ts";
import { RowBuffer } from "./wire/row-buffer.ts";
import { RowReader } from "./wire/row-reader.ts";

/** Runs a statement of at most one row and returns the JSON text of its values by column name. */
export async function readKeyRow(
  connection: SqlConnection,
  statement: Statement,
  format: ValueFormat,
): Promise<Readonly<Record<string, string>> | undefined> {
  const out = new RowBuffer(4096);
  let names: readonly string[] = [];
  let reader: RowReader | undefined;
  let rowCount = 0;
  await connection.stream(statement, {
    begin(columns: readonly ColumnMetadata[]) {
      names = columns.map(({ colName }) => colName);
      reader = new RowReader({
        fields: columns.map((column) => ({
          literal: Buffer.alloc(0),
          read: readerOfColumn(wireColumn(column), exactFormat(format)),
        })),
        suffix: Buffer.alloc(0),
        keyColumns: columns.map((_, index) => index),
        out,
      });
      return reader;
    },
    rowRead() {
      rowCount++;
    },
    packetRead: () => undefined,
  });
  const last = reader;
  if (last === undefined || rowCount === 0) return undefined;
  return Object.fromEntries(names.map((name, index) => [name, last.lastText(index)]));
}
