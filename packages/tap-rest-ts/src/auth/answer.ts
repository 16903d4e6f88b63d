import { type JsonValue, parseJson, UserError } from "singer-sdk-ts";
import { isJsonObject } from "../page.ts";

/** The answer of a token endpoint or a login: a JSON object; throws E_LOGIN otherwise. */
export function parseAnswer(body: Buffer): { readonly [key: string]: JsonValue } {
  let answer: JsonValue;
  try {
    answer = parseJson(body.toString("utf8"));
  } catch {
    throw noToken("it is not JSON");
  }
  if (isJsonObject(answer)) return answer;
  throw noToken("it is not an object");
}

/** What is thrown when an answer holds no token that can be used. */
export function noToken(why: string): UserError {
  return new UserError("E_LOGIN", `the answer of the token endpoint can't be used: ${why}`, {
    hint: "check access_token_url, grant_type or session_login_url",
  });
}
