import { UserError } from "singer-sdk-ts";
import type { Authenticator, HttpRequest } from "../request.ts";
import type { Config } from "../settings.ts";
import { apiKeyAuth } from "./api-key.ts";
import { basicAuth } from "./basic.ts";
import { bearerAuth } from "./bearer.ts";

/** No credentials at all. */
export const noAuth: Authenticator = { authorize: (request) => request };

/** The authentication that the settings ask for. */
export function makeAuthenticator(config: Config): Authenticator {
  const { username, password, bearer_token: token } = config;
  const method = config.auth_method ?? (username === undefined ? "no_auth" : "basic");
  switch (method) {
    case "no_auth":
      return noAuth;
    case "basic":
      return basicAuth(
        need(username, "username", "API_USER"),
        need(password, "password", "API_PASSWORD"),
      );
    case "bearer_token":
      return bearerAuth(need(token, "bearer_token", "TAP_REST_BEARER_TOKEN"));
    case "api_key": {
      const keys = Object.entries(need(config.api_keys, "api_keys", "TAP_REST_API_KEYS"));
      return combineAuth(
        keys.map(([name, value]) => apiKeyAuth(name, value, config.api_key_in ?? "header")),
      );
    }
  }
}

/** Several authentications on each request, in order. */
export function combineAuth(parts: readonly Authenticator[]): Authenticator {
  return {
    async authorize(request: HttpRequest): Promise<HttpRequest> {
      let authorized = request;
      for (const part of parts) authorized = await part.authorize(authorized);
      return authorized;
    },
    async renew(): Promise<boolean> {
      let isRenewed = false;
      for (const part of parts) isRenewed = ((await part.renew?.()) ?? false) || isRenewed;
      return isRenewed;
    },
  };
}

function need<T>(value: T | undefined, setting: string, variable: string): T {
  if (value !== undefined) return value;
  throw new UserError("E_SETTING", `setting \`${setting}\` is missing for this auth_method`, {
    hint: `set it, or the variable ${variable}`,
  });
}
