import { setTimeout as sleep } from "node:timers/promises";

import { SqlError } from "./engine/error.ts";
import type { Login } from "./wire/login.ts";

/** What goes wrong with one statement. */
export type StatementFault =
  /** The server reports an error, after so many rows. */
  | { readonly type: "error"; readonly number: number; readonly afterRows?: number }
  /** The connection breaks, after so many rows. */
  | { readonly type: "drop"; readonly afterRows: number }
  /** Rows come in small portions with a wait behind each. */
  | { readonly type: "drip"; readonly rows: number; readonly waitMs: number }
  /** Nothing comes for a while. */
  | { readonly type: "stall"; readonly waitMs: number };

/** Faults on cue, asked for before each login and each statement. */
export interface Faults {
  /** The error that refuses a login. */
  readonly onLogin?: (login: Login) => { readonly number: number } | undefined;
  readonly onStatement?: (sql: string) => StatementFault | undefined;
}

/** Texts of the errors as SQL Server has them; 20 and above end the connection. */
const knownErrors: Readonly<Record<number, { readonly message: string; readonly class: number }>> =
  {
    208: { message: "Invalid object name.", class: 16 },
    229: { message: "The SELECT permission was denied on the object.", class: 14 },
    982: {
      message:
        "Unable to access the 'Shop' database because no online secondary replicas are enabled for read-only access.",
      class: 14,
    },
    1205: {
      message:
        "Transaction (Process ID 51) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.",
      class: 13,
    },
    10_928: { message: "Resource ID: 1. The request limit for the database is 30.", class: 16 },
    40_197: { message: "The service has encountered an error processing your request.", class: 20 },
    40_613: { message: "Database is not currently available. Please retry later.", class: 20 },
  };

/** An error by its number. */
export function errorOf(number: number): SqlError {
  const { message, class: severity } = knownErrors[number] ?? { message: "A fault.", class: 16 };
  return new SqlError(number, message, { class: severity });
}

/** Does what a fault does between rows; called after each row. Answers whether the connection is gone. */
export function makeFaultStep(
  fault: StatementFault | undefined,
  connection: { readonly flush: () => Promise<void>; readonly drop: () => void },
): ((rowCount: number) => Promise<boolean>) | undefined {
  switch (fault?.type) {
    case "error": {
      const { afterRows, number } = fault;
      if (afterRows === undefined) return undefined;
      return async (rowCount) => {
        if (rowCount === afterRows) throw errorOf(number);
        return false;
      };
    }
    case "drop":
      return async (rowCount) => {
        if (rowCount < fault.afterRows) return false;
        await connection.flush();
        connection.drop();
        return true;
      };
    case "drip":
      return async (rowCount) => {
        if (rowCount % fault.rows !== 0) return false;
        await connection.flush();
        await sleep(fault.waitMs);
        return false;
      };
    default:
      return undefined;
  }
}
