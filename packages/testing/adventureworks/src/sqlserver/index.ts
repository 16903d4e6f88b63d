export { type Change, ChangingDatabase, type TableDefinition } from "./changing-database.ts";
export type { Faults, StatementFault } from "./fault.ts";
export { type SqlServer, type SqlServerOptions, startSqlServer } from "./server.ts";
