import { UserError } from "singer-sdk-ts";

/** A failed request: what to say, and whether the same request may succeed later. */
export interface HttpFailure {
  readonly error: UserError;
  readonly isPassing: boolean;
}

/** Codes of Node and undici for faults that pass: the connection, not the request, was at fault. */
const passingCodes = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
  "UND_ERR_CLOSED",
  "HPE_INVALID_EOF_STATE",
  "Z_BUF_ERROR",
]);

const timeoutCodes = new Set([
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);

/** Address and path of a URL, without user, password and query: what may be shown. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** What a fault of the network came to. */
export function networkFailure(fault: unknown, method: string, url: URL): HttpFailure {
  const code = faultCode(fault);
  const shown = `${method} ${shownUrl(url)}`;
  const fail = (
    name: `E_${string}`,
    why: string,
    hint: string,
    isPassing: boolean,
  ): HttpFailure => ({
    error: new UserError(name, `${shown} failed: ${why}`, { hint, cause: fault }),
    isPassing,
  });
  if (code === "ENOTFOUND") {
    return fail("E_HOST", `unknown host ${url.hostname}`, "check api_url (API_HOST)", false);
  }
  if (isTimeout(fault, code)) {
    return fail(
      "E_TIMEOUT",
      "the API did not answer in time",
      "raise request_timeout_seconds or ask for smaller pages",
      true,
    );
  }
  if (isCertificateCode(code)) {
    const hint = "set tls.ca_file to the certificate of its authority";
    return fail("E_TLS", `the certificate of ${url.host} is not trusted (${code})`, hint, false);
  }
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "EPROTO") {
    return fail(
      "E_TLS",
      `${url.host} does not speak TLS`,
      "does api_url need http:// instead of https://?",
      false,
    );
  }
  if (code === "ECONNREFUSED") {
    return fail(
      "E_CONNECT",
      `${url.host} refused the connection`,
      "check the port, and that the API is running",
      true,
    );
  }
  const why = code === undefined ? describe(fault) : `the connection broke (${code})`;
  return fail(
    "E_CONNECT",
    why,
    "the tap tried max_tries times",
    code !== undefined && passingCodes.has(code),
  );
}

/** What a response with an error status came to; undefined for a status that carries records. */
export function statusFailure(status: number, method: string, url: URL): HttpFailure | undefined {
  if (status >= 200 && status < 300) return undefined;
  const shown = `${method} ${shownUrl(url)}`;
  const answer = `${shown} answered ${status}`;
  const fail = (
    code: `E_${string}`,
    hint: string,
    isPassing: boolean,
    message = answer,
  ): HttpFailure => ({
    error: new UserError(code, message, { hint }),
    isPassing,
  });
  if (status === 401 || status === 403) {
    const hint = "check username and password (API_USER, API_PASSWORD) or the stream's auth";
    return fail("E_LOGIN", hint, false, `the API refused the credentials: ${answer}`);
  }
  if (status === 404 || status === 410)
    return fail("E_NOT_FOUND", "check api_url and the stream's path", false);
  if (status === 429) return fail("E_RATE_LIMIT", "ask for less at once, or raise max_tries", true);
  if (status >= 500 || status === 408 || status === 425)
    return fail("E_SERVER", "the API has a fault; try again later", true);
  return fail("E_HTTP_STATUS", "check the stream's path, params, headers and body", false);
}

function faultCode(fault: unknown): string | undefined {
  if (!(fault instanceof Error)) return undefined;
  if ("code" in fault && typeof fault.code === "string") return fault.code;
  return (
    faultCode(fault.cause) ??
    (fault instanceof AggregateError ? faultCode(fault.errors[0]) : undefined)
  );
}

function isTimeout(fault: unknown, code: string | undefined): boolean {
  return (
    (fault instanceof Error && fault.name === "TimeoutError") ||
    (code !== undefined && timeoutCodes.has(code))
  );
}

/** Codes of Node's TLS for a chain that it does not trust. Source: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function isCertificateCode(code: string | undefined): boolean {
  return code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY/u.test(code);
}

function describe(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
