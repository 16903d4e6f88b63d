import { type JsonValue, parseJson, UserError } from "singer-sdk-ts";
import { type HttpFailure, shownUrl } from "./http-error.ts";
import { isJsonObject, type RecordPage } from "./page.ts";
import type { HttpResponse } from "./request.ts";

type ReadPage = (response: HttpResponse) => RecordPage | HttpFailure;

/** The longest part of the API's own words in an error. */
const messageLengthMax = 200;

/**
 * Makes a page reader that takes an answer with `errors` as failed, though its status is 200: what came with them is not
 * all that was asked for. An error that speaks of throttling passes. Source: GraphQL specification §7.1.
 */
export function graphqlReader(read: ReadPage): ReadPage {
  return (response) => {
    const page = read(response);
    const envelope = "error" in page ? parseQuietly(response.body) : page.envelope();
    const errors = isJsonObject(envelope) ? envelope["errors"] : undefined;
    if (!Array.isArray(errors) || errors.length === 0) return page;
    return failure(response, errors as readonly JsonValue[]);
  };
}

function failure(response: HttpResponse, errors: readonly JsonValue[]): HttpFailure {
  const first = isJsonObject(errors[0]) ? errors[0] : {};
  const { message: said, extensions } = first;
  const code = isJsonObject(extensions) ? extensions["code"] : undefined;
  const why = typeof said === "string" ? said.slice(0, messageLengthMax) : "no message";
  const message = `${shownUrl(response.url)} answered with ${errors.length} GraphQL errors: ${why}`;
  return {
    error: new UserError("E_GRAPHQL", message, { hint: "check body.query and body.variables" }),
    isPassing: /THROTTL|RATE.?LIMIT/iu.test(typeof code === "string" ? `${code} ${why}` : why),
  };
}

/** The body, when it is JSON at all. */
function parseQuietly(body: Buffer): JsonValue | undefined {
  try {
    return parseJson(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
