import { type TableSchema, tables } from "../schema.ts";
import type { Context, Generator } from "./context.ts";
import { datetime, timeOfDay } from "./date.ts";
import { at, fill, sequence, type TableColumns } from "./value.ts";

/** What the database writes about itself: its version, its changes, its errors. */
export const generateLogs: Generator = (context) => ({
  "dbo.AWBuildVersion": {
    SystemInformationID: [1],
    VersionDate: [datetime(2023, 5, 8) + timeOfDay(12, 7, 29, 7)],
    ModifiedDate: [datetime(2023, 11, 9) + timeOfDay(9, 5, 0)],
  },
  "dbo.DatabaseLog": databaseLogColumns(context),
  "dbo.ErrorLog": errorLogColumns(),
});

/** Each entry is a statement about one table; every 50th is about the database itself. */
function databaseLogColumns(context: Context): TableColumns {
  const rowCount = context.rowCount("dbo.DatabaseLog");
  const events = ["CREATE_TABLE", "ALTER_TABLE", "CREATE_INDEX", "ADD_EXTENDED_PROPERTY"] as const;
  const event = fill(rowCount, (row) => at(events, row % events.length));
  const statement = fill(rowCount, (row) => {
    const table = tableOf(row);
    const name =
      table === null ? "DATABASE::[AdventureWorks]" : `[${table.schema}].[${table.name}]`;
    const columns =
      table?.columns.map((column) => `\r\n\t[${column.name}] ${column.type.name}`).join(",") ?? "";
    return `${at(event, row).replaceAll("_", " ")} ${name}(${columns}\r\n) -- größer < ${row} & 'naïve'`;
  });
  return {
    DatabaseLogID: sequence(rowCount, 1),
    PostTime: fill(rowCount, (row) => datetime(2017, 10, 27) + timeOfDay(14, 33, 1) + row * 13),
    DatabaseUser: fill(rowCount, () => "dbo"),
    Event: event,
    Schema: fill(rowCount, (row) => tableOf(row)?.schema ?? null),
    Object: fill(rowCount, (row) => tableOf(row)?.name ?? null),
    TSQL: statement,
    XmlEvent: statement.map(
      (text, row) =>
        `<EVENT_INSTANCE><EventType>${at(event, row)}</EventType><SPID>${50 + (row % 9)}</SPID>` +
        `<TSQLCommand><SetOptions ANSI_NULLS="ON" /><CommandText>${escapeXml(text)}</CommandText></TSQLCommand></EVENT_INSTANCE>`,
    ),
  };
}

function tableOf(row: number): TableSchema | null {
  return row % 50 === 0 ? null : at(tables, row % tables.length);
}

/** Text content as SQL Server writes it: a carriage return stays only as a reference. */
function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#x0D;");
}

function errorLogColumns(): TableColumns {
  return {
    ErrorLogID: [1, 2, 3],
    ErrorTime: [1, 2, 3].map((row) => datetime(2014, 9, 12) + timeOfDay(23, 59, 59, 296 + row)),
    UserName: ["dbo", "müller", "利用者"],
    ErrorNumber: [547, 2627, -2_147_483_648],
    ErrorSeverity: [16, null, 25],
    ErrorState: [0, null, 127],
    ErrorProcedure: ["uspLogError", null, ""],
    ErrorLine: [31, null, 2_147_483_647],
    ErrorMessage: [
      'The INSERT statement conflicted with the CHECK constraint "CK_Größe".',
      "",
      "💥".repeat(2000),
    ],
  };
}
