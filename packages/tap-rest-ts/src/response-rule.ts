import { UserError } from "singer-sdk-ts";
import { type HttpFailure, shownUrl } from "./http-error.ts";
import type { HttpResponse } from "./request.ts";

/** What to do with answers of a status, or with a text in their body. */
export interface ResponseRule {
  readonly status?: number;
  readonly contains?: string;
  readonly action: "ignore" | "retry" | "fail";
}

/** What the first rule that fits an answer makes of it: an empty answer, a failure, or undefined when none fits. */
export function applyRules(
  rules: readonly ResponseRule[],
  response: HttpResponse,
): HttpResponse | HttpFailure | undefined {
  const rule = rules.find(
    ({ status, contains }) =>
      (status === undefined || status === response.status) &&
      (contains === undefined || response.body.includes(contains)),
  );
  if (rule === undefined) return undefined;
  if (rule.action === "ignore") return { ...response, status: 204, body: Buffer.alloc(0) };
  const message = `a response rule refuses the answer of ${shownUrl(response.url)} (status ${response.status})`;
  return {
    error: new UserError("E_RESPONSE_RULE", message, { hint: "see response_rules" }),
    isPassing: rule.action === "retry",
  };
}
