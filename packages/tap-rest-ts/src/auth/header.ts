import type { HttpRequest } from "../request.ts";

/** The request with one header more. */
export function addHeader(request: HttpRequest, name: string, value: string): HttpRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}
