import { UserError } from "singer-sdk-ts";
import type { Authenticator, HttpRequest } from "../request.ts";
import { addHeader } from "./header.ts";

/** Where an API key goes. */
export type KeyPlace = "header" | "query" | "cookie" | "body";

/** A key under a name, in a header, the query, a cookie or a JSON body. */
export function apiKeyAuth(name: string, value: string, place: KeyPlace): Authenticator {
  return { authorize: (request) => placeKey(request, name, value, place) };
}

function placeKey(request: HttpRequest, name: string, value: string, place: KeyPlace): HttpRequest {
  switch (place) {
    case "header":
      return addHeader(request, name.toLowerCase(), value);
    case "query": {
      const url = new URL(request.url);
      url.searchParams.set(name, value);
      return { ...request, url };
    }
    case "cookie": {
      const cookie = `${name}=${encodeURIComponent(value)}`;
      const others = request.headers["cookie"];
      return addHeader(request, "cookie", others === undefined ? cookie : `${others}; ${cookie}`);
    }
    case "body": {
      if (request.body === undefined || !request.headers["content-type"]?.includes("json")) {
        throw new UserError(
          "E_SETTING",
          "auth `api_key` in `body` needs a stream with a JSON body",
        );
      }
      // The body was written by this tap from a settings object, so it is a JSON object.
      const body = JSON.parse(request.body) as Record<string, unknown>;
      return { ...request, body: JSON.stringify({ ...body, [name]: value }) };
    }
  }
}
