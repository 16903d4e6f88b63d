import { UserError } from "../error.ts";

/** What is wrong with an expression or its evaluation; the caller names stream and property. Never quotes a value. */
export function expressionError(why: string): UserError {
  return new UserError("E_STREAM_MAP", why, {
    hint: "docs/stream-maps.md lists what expressions know",
  });
}
