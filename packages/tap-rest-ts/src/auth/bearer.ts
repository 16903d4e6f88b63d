import type { Authenticator } from "../request.ts";
import { addHeader } from "./header.ts";

/** A token that is known beforehand. Source: RFC 6750 §2.1. */
export function bearerAuth(token: string, prefix = "Bearer"): Authenticator {
  return {
    authorize: (request) => addHeader(request, "authorization", `${prefix} ${token}`.trim()),
  };
}
