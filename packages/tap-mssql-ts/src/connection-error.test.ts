import { expect, test } from "@jest/globals";
import { connectionError, isTransient, statementError } from "./connection-error.ts";

const server = { host: "db", port: 1433, user: "etl", database: "AW" };

function failure(message: string, facts: { code?: string; number?: number }, cause?: Error): Error {
  return Object.assign(new Error(message, { cause }), facts);
}

test.each([
  [
    failure(
      "Failed to connect",
      { code: "ESOCKET" },
      failure("getaddrinfo", { code: "ENOTFOUND" }),
    ),
    "E_CONNECT",
    "cannot connect to db:1433: the host is unknown",
    /TAP_MSSQL_HOST/,
  ],
  [
    failure("Failed to connect - self-signed certificate", { code: "ESOCKET" }),
    "E_TLS",
    "cannot connect to db:1433: its certificate is not trusted (Failed to connect - self-signed certificate)",
    /TAP_MSSQL_TRUST_SERVER_CERTIFICATE/,
  ],
  [
    failure("Login failed for user 'etl'.", { code: "ELOGIN" }),
    "E_LOGIN",
    "cannot log in to db:1433 as etl: Login failed for user 'etl'.",
    /TAP_MSSQL_PASSWORD/,
  ],
  [
    failure('Cannot open database "AW" requested by the login.\nThe login failed.', {
      code: "ELOGIN",
    }),
    "E_DATABASE",
    "cannot open database AW on db:1433 as etl",
    /name/,
  ],
  [
    failure("Failed to connect to db:1433 in 15000ms", { code: "ETIMEOUT" }),
    "E_TIMEOUT",
    "cannot connect to db:1433: no answer in time",
    /connect_timeout_seconds/,
  ],
  [
    failure("Failed", { code: "ESOCKET" }, failure("connect", { code: "ECONNREFUSED" })),
    "E_CONNECT",
    "cannot connect to db:1433: nothing listens there",
    /port/,
  ],
])("a connection that failed with %s is %s", (error, code, message, hint) => {
  const mapped = connectionError(error, server);

  expect(mapped.code).toBe(code);
  expect(mapped.message).toBe(message);
  expect(mapped.hint).toMatch(hint);
});

test.each([
  [failure("deadlock", { code: "EREQUEST", number: 1205 }), true],
  [failure("Azure", { number: 40_613 }), true],
  [failure("refused", { code: "ESOCKET" }, failure("connect", { code: "ECONNREFUSED" })), true],
  [failure("login", { code: "ELOGIN", number: 18_456 }), false],
  [failure("no such database", { number: 4060 }), false],
  [failure("syntax", { number: 102 }), false],
])("%s can pass: %p", (error, expected) => {
  expect(isTransient(error)).toBe(expected);
});

test.each([
  [
    failure("Invalid column", { code: "EREQUEST", number: 207 }),
    "E_QUERY",
    /Invalid column \(error 207\)/,
  ],
  [failure("Timeout", { code: "ETIMEOUT" }), "E_TIMEOUT", /did not answer/],
  [failure("socket hang up", { code: "ESOCKET" }), "E_CONNECTION_LOST", /lost the connection/],
])("a statement that failed with %s is %s", (error, code, message) => {
  const mapped = statementError(error, server);

  expect(mapped.code).toBe(code);
  expect(mapped.message).toMatch(message);
});
