import { type ConfigOf, UserError } from "singer-sdk-ts";
import { parseJsonPath } from "../json/path.ts";
import type { Authenticator, HttpClient, HttpRequest } from "../request.ts";
import type { authProperties } from "../settings/auth.ts";
import type { RestStream } from "../stream.ts";
import { apiKeyAuth } from "./api-key.ts";
import { basicAuth } from "./basic.ts";
import { bearerAuth } from "./bearer.ts";
import { hmacAuth } from "./hmac.ts";
import { OAuth2, type OAuth2Options } from "./oauth2.ts";
import { SessionAuth, type SessionOptions } from "./session.ts";

/** The settings of one authentication. */
export type AuthConfig = ConfigOf<{
  readonly type: "object";
  readonly required: readonly [];
  readonly properties: typeof authProperties;
}>;

/** No credentials at all. */
const noAuth: Authenticator = { authorize: (request) => request };

/** The authentication of each stream: its own, or the one that all others share. */
export function streamAuthenticators(
  config: AuthConfig,
  client: HttpClient,
): (stream: RestStream) => Authenticator {
  const shared = makeAuthenticator(config, client);
  const own = new Map<string, Authenticator>();
  return ({ name, auth }) => {
    if (auth === undefined) return shared;
    const authenticator = own.get(name) ?? makeAuthenticator(auth, client);
    own.set(name, authenticator);
    return authenticator;
  };
}

/** The authentication that the settings ask for. */
function makeAuthenticator(config: AuthConfig, client: HttpClient): Authenticator {
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
    case "oauth":
      return new OAuth2(oauth2Options(config), client);
    case "session":
      return new SessionAuth(sessionOptions(config), client);
    case "hmac":
      return hmacAuth({
        secret: need(config.hmac_secret, "hmac_secret", "TAP_REST_HMAC_SECRET"),
        algorithm: config.hmac_algorithm ?? "sha256",
        encoding: config.hmac_encoding ?? "hex",
        template: config.hmac_template ?? "{method}\n{path}\n{timestamp}\n{body}",
        header: config.hmac_header ?? "X-Signature",
        timestampHeader: config.hmac_timestamp_header ?? "X-Timestamp",
      });
    case "api_key": {
      const keys = Object.entries(need(config.api_keys, "api_keys", "TAP_REST_API_KEYS"));
      return combineAuth(
        keys.map(([name, value]) => apiKeyAuth(name, value, config.api_key_in ?? "header")),
      );
    }
  }
}

/** Several authentications on each request, in order. */
function combineAuth(parts: readonly Authenticator[]): Authenticator {
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

function oauth2Options(config: AuthConfig): OAuth2Options {
  const tokenUrl = needUrl(
    config.access_token_url,
    "access_token_url",
    "TAP_REST_ACCESS_TOKEN_URL",
  );
  const { client_id, client_secret, refresh_token, username, password, scope } = config;
  return {
    tokenUrl,
    grant: config.grant_type ?? "client_credentials",
    ...(client_id === undefined ? {} : { clientId: client_id }),
    ...(client_secret === undefined ? {} : { clientSecret: client_secret }),
    ...(refresh_token === undefined ? {} : { refreshToken: refresh_token }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(scope === undefined ? {} : { scope }),
    extras: config.oauth_extras ?? {},
    lifetimeMs: (config.oauth_expiration_secs ?? 3600) * 1000,
  };
}

function sessionOptions(config: AuthConfig): SessionOptions {
  return {
    loginUrl: needUrl(config.session_login_url, "session_login_url", "TAP_REST_SESSION_LOGIN_URL"),
    body: config.session_login_body ?? { username: config.username, password: config.password },
    tokenPath: parseJsonPath(config.session_token_path ?? "$.token", "session_token_path"),
    header: config.session_header ?? "Authorization",
    prefix: config.session_prefix ?? "Bearer",
  };
}

function needUrl(text: string | undefined, setting: string, variable: string): URL {
  const url = URL.parse(need(text, setting, variable));
  if (url === null) throw new UserError("E_SETTING", `setting \`${setting}\` is not a URL`);
  return url;
}

function need<T>(value: T | undefined, setting: string, variable: string): T {
  if (value !== undefined) return value;
  throw new UserError("E_SETTING", `setting \`${setting}\` is missing for this auth_method`, {
    hint: `set it, or the variable ${variable}`,
  });
}
