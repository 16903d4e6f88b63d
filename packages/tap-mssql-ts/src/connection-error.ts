import { UserError } from "singer-sdk-ts";
import type { Config } from "./settings.ts";

type Server = Pick<Config, "host" | "port" | "user" | "database">;

/**
 * Server errors after which the same call can succeed. Source: Microsoft Learn, "Troubleshoot
 * transient connection errors in SQL Database" and "Deadlocks guide" (1205).
 */
const TRANSIENT_NUMBERS = new Set([
  1205, 4060, 4221, 10928, 10929, 40143, 40197, 40501, 40540, 40613, 42108, 42109, 49918, 49919,
  49920,
]);
const TRANSIENT_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ETIMEOUT",
  "E_CONNECTION_LOST",
]);
/** Error 4060 is also what a database that does not exist gives, so it is not waited for here. */
const DATABASE_NOT_OPENED = 4060;
const LOGIN_FAILED = 18_456;
const CERTIFICATE_CODES = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "CERT_HAS_EXPIRED",
]);

/** Whether trying again can help. */
export function isTransient(error: unknown): boolean {
  return causes(error).some(
    ({ code, number }) =>
      (number !== undefined && number !== DATABASE_NOT_OPENED && TRANSIENT_NUMBERS.has(number)) ||
      (code !== undefined && TRANSIENT_CODES.has(code)),
  );
}

/** Errors of an availability group that has no readable secondary. Source: Microsoft Learn, "Database engine errors" 976–983. */
const WITHOUT_REPLICA_NUMBERS = new Set([976, 982, 983]);

/** Whether a session with ApplicationIntent=ReadOnly has nowhere to go. */
export function isWithoutReplica(error: unknown): boolean {
  return causes(error).some(
    ({ number, message }) =>
      (number !== undefined && WITHOUT_REPLICA_NUMBERS.has(number)) ||
      /no online secondary replicas/i.test(message),
  );
}

/** Says in one line why no session could be opened. */
export function connectionError(error: unknown, config: Server): UserError {
  const server = `${config.host}:${config.port}`;
  const found = causes(error);
  for (const cause of found) if (cause instanceof UserError) return cause;
  const codes = found.map(({ code }) => code);
  if (codes.includes("ENOTFOUND") || codes.includes("EAI_AGAIN"))
    return new UserError("E_CONNECT", `cannot connect to ${server}: the host is unknown`, {
      hint: "check the setting `host` (TAP_MSSQL_HOST)",
      cause: error,
    });
  const certificate = found.find(isCertificateError);
  if (certificate !== undefined)
    return new UserError(
      "E_TLS",
      `cannot connect to ${server}: its certificate is not trusted (${oneLine(certificate.message)})`,
      {
        hint: "give its authority in `certificate_authority`, or accept any certificate with TAP_MSSQL_TRUST_SERVER_CERTIFICATE=true",
        cause: error,
      },
    );
  if (
    found.some(({ number }) => number === DATABASE_NOT_OPENED) ||
    /Cannot open database/i.test(messageOf(error))
  )
    return new UserError(
      "E_DATABASE",
      `cannot open database ${config.database} on ${server} as ${config.user ?? "this user"}`,
      { hint: "check its name, and that the login has a user in it", cause: error },
    );
  if (found.some(({ number, code }) => number === LOGIN_FAILED || code === "ELOGIN"))
    return new UserError(
      "E_LOGIN",
      `cannot log in to ${server} as ${config.user ?? "(no user)"}: ${oneLine(messageOf(error))}`,
      {
        hint: "check the settings `user` and `password` (TAP_MSSQL_USER, TAP_MSSQL_PASSWORD)",
        cause: error,
      },
    );
  if (codes.includes("ETIMEOUT") || codes.includes("ETIMEDOUT"))
    return new UserError("E_TIMEOUT", `cannot connect to ${server}: no answer in time`, {
      hint: "check host, port and firewall, or raise `connect_timeout_seconds`",
      cause: error,
    });
  return new UserError("E_CONNECT", `cannot connect to ${server}: ${reason(found, error)}`, {
    hint: "check the settings `host` and `port`, and that the server accepts TCP connections",
    cause: error,
  });
}

/** Says in one line why a statement failed. */
export function statementError(error: Error, config: Server): UserError {
  if (error instanceof UserError) return error;
  const found = causes(error);
  for (const cause of found) if (cause instanceof UserError) return cause;
  const server = `${config.host}:${config.port}`;
  if (found.some(({ code }) => code === "ETIMEOUT"))
    return new UserError("E_TIMEOUT", `${server} did not answer a statement in time`, {
      hint: "raise `query_timeout_seconds`",
      cause: error,
    });
  const numbered = found.find(({ number }) => number !== undefined);
  if (numbered === undefined)
    return new UserError(
      "E_CONNECTION_LOST",
      `lost the connection to ${server}: ${oneLine(error.message)}`,
      {
        hint: "run again: the sync goes on from the last state",
        cause: error,
      },
    );
  return new UserError(
    "E_QUERY",
    `${server} refused a statement: ${oneLine(numbered.message)} (error ${numbered.number})`,
    {
      cause: error,
    },
  );
}

interface Cause extends Error {
  readonly code?: string;
  readonly number?: number;
}

/** The error, what it wraps and, for an AggregateError, its members. */
function causes(error: unknown): readonly Cause[] {
  if (!(error instanceof Error)) return [];
  const members: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return [error, ...causes(error.cause), ...members.flatMap(causes)];
}

function isCertificateError({ code, message }: Cause): boolean {
  return (
    (code !== undefined && CERTIFICATE_CODES.has(code)) ||
    /self-signed certificate|certificate/i.test(message)
  );
}

function reason(found: readonly Cause[], error: unknown): string {
  if (found.some(({ code }) => code === "ECONNREFUSED")) return "nothing listens there";
  return oneLine(messageOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function oneLine(message: string): string {
  return message.replaceAll(/\s+/g, " ").trim();
}
