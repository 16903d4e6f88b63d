export { type SqlServer, type SqlServerOptions, startSqlServer } from "./server.ts";
