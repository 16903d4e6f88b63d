import { type ConfigOf, UserError } from "singer-sdk-ts";
import { parseJsonPath } from "../json/path.ts";
import type { Authenticator, HttpClient, HttpRequest, HttpResponse } from "../request.ts";
import type { authProperties } from "../settings/auth.ts";
import type { Config } from "../settings.ts";
import type { RestStream } from "../stream.ts";
import { apiKeyAuth } from "./api-key.ts";
import { type AwsOptions, awsAuth } from "./aws.ts";
import { basicAuth } from "./basic.ts";
import { bearerAuth } from "./bearer.ts";
import { DigestAuth } from "./digest.ts";
import { hmacAuth } from "./hmac.ts";
import { JwtAuth, type JwtOptions } from "./jwt.ts";
import { OAuth2, type OAuth2Options } from "./oauth2.ts";
import { SessionAuth, type SessionOptions } from "./session.ts";

/** The settings of one authentication. */
export type AuthConfig = ConfigOf<{
  readonly type: "object";
  readonly required: readonly [];
  readonly properties: typeof authProperties;
}>;

/** Where tap-rest-api-msdk has an access key. */
type OldNames = Pick<Config, "aws_credentials">;

/** No credentials at all. */
const noAuth: Authenticator = { authorize: (request) => request };

/** The authentication of each stream: its own, or the one that all others share. */
export function streamAuthenticators(
  config: AuthConfig & OldNames,
  client: HttpClient,
): (stream: RestStream) => Authenticator {
  const shared = makeAuthenticator(withOldNames(config), client);
  const own = new Map<string, Authenticator>();
  return ({ name, auth }) => {
    if (auth === undefined) return shared;
    const authenticator = own.get(name) ?? makeAuthenticator(auth, client);
    own.set(name, authenticator);
    return authenticator;
  };
}

/** The settings with an access key that stands where tap-rest-api-msdk has it. */
function withOldNames({ aws_credentials: old, ...config }: AuthConfig & OldNames): AuthConfig {
  if (old === undefined) return config;
  const { aws_default_region: region, ...key } = old;
  return { ...key, ...(region === undefined ? {} : { aws_region: region }), ...config };
}

/** The authentication that the settings ask for; API keys go along with any other. */
function makeAuthenticator(config: AuthConfig, client: HttpClient): Authenticator {
  const method = config.auth_method ?? (config.username === undefined ? "no_auth" : "basic");
  const main = methodAuth(method, config, client);
  const isAlone = method === "no_auth" || method === "api_key" || config.api_keys === undefined;
  // Keys first: what signs a request signs them too.
  return isAlone ? main : combineAuth([apiKeys(config), main]);
}

function methodAuth(
  method: NonNullable<AuthConfig["auth_method"]>,
  config: AuthConfig,
  client: HttpClient,
): Authenticator {
  const { username, password, bearer_token: token } = config;
  switch (method) {
    case "no_auth":
      return noAuth;
    case "basic":
    case "digest": {
      const user = need(username, "username", "API_USER");
      const secret = need(password, "password", "API_PASSWORD");
      return method === "basic" ? basicAuth(user, secret) : new DigestAuth(user, secret);
    }
    case "bearer_token":
      return bearerAuth(need(token, "bearer_token", "TAP_REST_BEARER_TOKEN"));
    case "oauth":
      return new OAuth2(oauth2Options(config), client);
    case "jwt":
      return new JwtAuth(jwtOptions(config));
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
    case "aws":
      return awsAuth(awsOptions(config));
    case "api_key":
      return apiKeys(config);
  }
}

function apiKeys({ api_keys: keys, api_key_in: place = "header" }: AuthConfig): Authenticator {
  const entries = Object.entries(need(keys, "api_keys", "TAP_REST_API_KEYS"));
  return combineAuth(entries.map(([name, value]) => apiKeyAuth(name, value, place)));
}

/** Several authentications on each request, in order. */
function combineAuth(parts: readonly Authenticator[]): Authenticator {
  return {
    async authorize(request: HttpRequest): Promise<HttpRequest> {
      let authorized = request;
      for (const part of parts) authorized = await part.authorize(authorized);
      return authorized;
    },
    async renew(refused: HttpResponse): Promise<boolean> {
      let isRenewed = false;
      for (const part of parts) isRenewed = ((await part.renew?.(refused)) ?? false) || isRenewed;
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
    clientAuth: config.oauth_client_auth ?? "body",
    ...(config.token_file === undefined ? {} : { tokenFile: config.token_file }),
    ...(config.grant_type === "jwt_bearer" ? { jwt: jwtOptions(config) } : {}),
  };
}

function jwtOptions(config: AuthConfig): JwtOptions {
  return {
    key: need(config.jwt_key, "jwt_key", "TAP_REST_JWT_KEY"),
    algorithm: config.jwt_algorithm ?? "RS256",
    ...(config.jwt_key_id === undefined ? {} : { keyId: config.jwt_key_id }),
    claims: config.jwt_claims ?? {},
    lifetimeSeconds: config.jwt_lifetime_secs ?? 1200,
  };
}

function awsOptions(config: AuthConfig): AwsOptions {
  const { aws_session_token: sessionToken } = config;
  return {
    accessKeyId: need(config.aws_access_key_id, "aws_access_key_id", "AWS_ACCESS_KEY_ID"),
    secretAccessKey: need(
      config.aws_secret_access_key,
      "aws_secret_access_key",
      "AWS_SECRET_ACCESS_KEY",
    ),
    ...(sessionToken === undefined ? {} : { sessionToken }),
    region: need(config.aws_region, "aws_region", "AWS_REGION"),
    service: config.aws_service ?? "execute-api",
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
