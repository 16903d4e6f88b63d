import { type Change, ChangingDatabase, type StatementFault } from "adventureworks/sqlserver";
import { type ChangingServer, startChangingServer } from "./changing-server.ts";
import { recordsOf, type TapResult } from "./run-tap.ts";

export const STREAM = "dbo-Orders";

/** A served table that transactions change, for tests of LOG_BASED streams. */
export interface LoggedOrders {
  readonly database: ChangingDatabase;
  readonly server: ChangingServer;
  /** What happens once, before the next statement that matches. */
  interrupt: { readonly pattern: RegExp; readonly run: () => void } | undefined;
  /** Lets statements go wrong. */
  onStatement: (sql: string) => StatementFault | undefined;
  config(more?: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** The names by ID as they are in the table. */
  inTable(): Record<string, unknown>;
}

/** Starts a server with the table dbo.Orders of three rows, tracked, and dbo.Plain without history. */
export async function startLoggedOrders(): Promise<LoggedOrders> {
  const database = newDatabase();
  const beforeStatement = (sql: string): void => {
    const { interrupt } = orders;
    if (interrupt?.pattern.test(sql) !== true) return;
    orders.interrupt = undefined;
    interrupt.run();
  };
  const server = await startChangingServer(database, beforeStatement, {
    faults: { onStatement: (sql) => orders.onStatement(sql) },
  });
  const orders: LoggedOrders = {
    database,
    server,
    interrupt: undefined,
    onStatement: () => undefined,
    config: (more = {}) =>
      server.config({
        default_replication_method: "LOG_BASED",
        filter_tables: ["dbo.Orders"],
        ...more,
      }),
    inTable: () => {
      const [ids = [], names = []] = database.table("dbo", "Orders").columns;
      return Object.fromEntries(ids.map((id, row) => [id, names[row]]));
    },
  };
  return orders;
}

/** The rows that a target which upserts by ID, and drops deleted rows, has after these runs. */
export function loaded(...results: readonly TapResult[]): Record<string, unknown> {
  const rows = new Map<unknown, unknown>();
  for (const result of results)
    for (const row of recordsOf(result, STREAM)) {
      if (typeof row["_sdc_deleted_at"] === "string") rows.delete(row["ID"]);
      else rows.set(row["ID"], row["Name"]);
    }
  return Object.fromEntries(rows);
}

export const update = (id: number, name: string) =>
  ({ update: "dbo.Orders", key: [id], set: { Name: name } }) as const satisfies Change;
export const insert = (id: number, name: string) =>
  ({ insert: "dbo.Orders", row: { ID: id, Name: name, Twice: id * 2 } }) as const satisfies Change;
export const remove = (id: number) =>
  ({ delete: "dbo.Orders", key: [id] }) as const satisfies Change;

function newDatabase(): ChangingDatabase {
  return new ChangingDatabase({
    name: "Shop",
    isSnapshotAllowed: true,
    tables: [
      {
        name: "dbo.Orders",
        columns: { ID: "int not null", Name: "nvarchar(20) not null", Twice: "int computed" },
        primaryKey: ["ID"],
        changeTracking: true,
        rows: [
          { ID: 1, Name: "one", Twice: 2 },
          { ID: 2, Name: "two", Twice: 4 },
          { ID: 3, Name: "three", Twice: 6 },
        ],
      },
      { name: "dbo.Plain", columns: { ID: "int not null" }, primaryKey: ["ID"] },
    ],
  });
}
