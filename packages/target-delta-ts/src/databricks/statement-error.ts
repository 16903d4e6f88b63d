import { UserError } from "singer-sdk-ts";

/** What went wrong with a statement, and whether to try again. */
export interface StatementFailure {
  readonly error: UserError;
  readonly isPassing: boolean;
  /** The session is of no use any more. */
  readonly isDisconnected: boolean;
}

/** Classes that pass (databricks.md §5): another writer was faster, or the service is busy. */
const PASSING =
  /DELTA_CONCURRENT_|COPY_INTO_DUPLICATED_FILES_COPY_NOT_ALLOWED|TEMPORARILY_UNAVAILABLE|RESOURCE_EXHAUSTED/;
const BROKEN =
  /INVALID_HANDLE|Invalid SessionHandle|SESSION_CLOSED|socket hang up|Premature close|ECONNRE|Error when connecting to resource/;

/** Reads the class of a failure out of the driver's error; the statement itself is not repeated, it may hold data. */
export function statementError(error: unknown): StatementFailure {
  if (error instanceof UserError) return { error, isPassing: false, isDisconnected: false };
  const text = errorText(error);
  const status = Number(field(error, "statusCode"));
  if (status === 401 || status === 403) {
    const login = new UserError("E_LOGIN", `the SQL warehouse refuses the login: ${status}`, {
      hint: "check DATABRICKS_TOKEN and its right to use the warehouse",
      cause: error,
    });
    return { error: login, isPassing: false, isDisconnected: true };
  }
  const isDisconnected =
    BROKEN.test(text) ||
    typeof field(error, "code") === "string" ||
    status >= 500 ||
    status === 429;
  const name = /\[([A-Z_.]+)\]/.exec(text)?.[1];
  const failure = new UserError("E_DATABRICKS", `Databricks cannot run the statement: ${text}`, {
    hint: hint(name, text),
    cause: error,
  });
  return { error: failure, isPassing: isDisconnected || PASSING.test(text), isDisconnected };
}

/** The server's own words; the driver's message says only that it failed. */
function errorText(error: unknown): string {
  const response = field(error, "response");
  // The driver's StatusError is no Error, and has a message all the same.
  const words =
    field(response, "errorMessage") ?? field(response, "displayMessage") ?? field(error, "message");
  const text = typeof words === "string" ? words : "";
  const [first = ""] = text.split(/\n|JVM stacktrace/);
  return first.replace(/^.*?(?=\[[A-Z_.]+\])/, "").slice(0, 600);
}

function hint(name: string | undefined, text: string): string {
  if (/PERMISSION_DENIED|INSUFFICIENT_PERMISSIONS/.test(text))
    return "grant the privilege that the message names (docs/databricks.md)";
  if (name !== undefined && /NOT_FOUND|NO_SUCH/.test(name))
    return "check `databricks.catalog`, `databricks.schema` and `databricks.volume`";
  if (name !== undefined && /MERGE_FIELDS|MISMATCH|CAST/.test(name))
    return "the table has another type for this column: load into a new table (`table_path`)";
  if (/Error when connecting|ECONNRE|ENOTFOUND/.test(text))
    return "check `databricks.host`, the network, and that the SQL warehouse exists";
  return "look the error class up in the Databricks documentation";
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
