import { createHmac } from "node:crypto";
import type { Authenticator, HttpRequest } from "../request.ts";

/** What is signed, with what, and where the signature goes. */
export interface HmacOptions {
  readonly secret: string;
  readonly algorithm: "sha256" | "sha512";
  readonly encoding: "hex" | "base64";
  /** The text to sign: {method}, {path} with its query, {timestamp} in seconds, and {body}; \n parts lines. */
  readonly template: string;
  readonly header: string;
  readonly timestampHeader: string;
}

/** Signs every request anew; the time that was signed travels in a header of its own. Source: RFC 2104. */
export function hmacAuth(options: HmacOptions): Authenticator {
  const { secret, algorithm, encoding, template, header, timestampHeader } = options;
  return {
    authorize(request: HttpRequest): HttpRequest {
      const timestamp = String(Math.floor(Date.now() / 1000));
      const values: Readonly<Record<string, string>> = {
        method: request.method,
        path: `${request.url.pathname}${request.url.search}`,
        timestamp,
        body: request.body ?? "",
      };
      const text = template.replace(/\{(\w+)\}/gu, (whole, name: string) => values[name] ?? whole);
      const signature = createHmac(algorithm, secret).update(text).digest(encoding);
      const headers = {
        ...request.headers,
        [timestampHeader.toLowerCase()]: timestamp,
        [header.toLowerCase()]: signature,
      };
      return { ...request, headers };
    },
  };
}
