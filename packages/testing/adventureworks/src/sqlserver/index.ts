export { type SqlServer, startSqlServer } from "./server.ts";
