import type { Authenticator, HttpRequest } from "../request.ts";

/** Whose requests, of which service. */
export interface AwsOptions {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
  readonly service: string;
}

/** Signs every request anew, with its headers and its body. Source: AWS Signature Version 4. */
export function awsAuth(options: AwsOptions): Authenticator {
  const { region, service, ...credentials } = options;
  return {
    async authorize(request: HttpRequest): Promise<HttpRequest> {
      // It has no names of its own to import: its members hang on one object.
      const { default: aws4 } = await import("aws4");
      const url = new URL(request.url);
      // What is signed writes a blank as %20; a plus sign in the address would be signed as one thing and read as another.
      url.search = url.search.replaceAll("+", "%20");
      const signed = aws4.sign(
        {
          host: url.host,
          path: `${url.pathname}${url.search}`,
          method: request.method,
          headers: { ...request.headers },
          ...(request.body === undefined ? {} : { body: request.body }),
          service,
          region,
        },
        credentials,
      );
      const headers = Object.entries(signed.headers ?? {})
        .map(([name, value]): [string, string] => [name.toLowerCase(), String(value)])
        // The client writes these two itself.
        .filter(([name]) => name !== "host" && name !== "content-length");
      return { ...request, url, headers: Object.fromEntries(headers) };
    },
  };
}
