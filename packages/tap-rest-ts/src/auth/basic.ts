import type { Authenticator } from "../request.ts";
import { addHeader } from "./header.ts";

/** User name and password in each request. Source: RFC 7617, with UTF-8. */
export function basicAuth(username: string, password: string): Authenticator {
  const value = `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
  return { authorize: (request) => addHeader(request, "authorization", value) };
}
