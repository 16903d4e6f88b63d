/** Settings of authentication that stand at the top. */
export const authProperties = {
  auth_method: {
    type: "string",
    enum: ["no_auth", "basic", "bearer_token", "api_key", "oauth", "session", "hmac"],
    description:
      "How requests are authenticated; basic when username and password are set, no_auth otherwise.",
  },
  username: {
    type: "string",
    aliases: ["user"],
    env: ["API_USER"],
    description: "User name for Basic authentication. API_USER is read when it is not set.",
  },
  password: {
    type: "string",
    secret: true,
    env: ["API_PASSWORD"],
    description: "Password for Basic authentication. API_PASSWORD is read when it is not set.",
  },
  bearer_token: {
    type: "string",
    secret: true,
    description: "Token for auth_method bearer_token.",
  },
  api_keys: {
    type: "object",
    additionalProperties: { type: "string", secret: true },
    description:
      "Names and values for auth_method api_key, sent as headers unless api_key_in says otherwise.",
  },
  access_token_url: {
    type: "string",
    description: "Address that gives tokens for auth_method oauth.",
  },
  grant_type: {
    type: "string",
    enum: ["client_credentials", "refresh_token", "password"],
    description: "How auth_method oauth asks for a token; client_credentials by default.",
  },
  client_id: { type: "string", description: "Client id for auth_method oauth." },
  client_secret: {
    type: "string",
    secret: true,
    description: "Client secret for auth_method oauth.",
  },
  refresh_token: {
    type: "string",
    secret: true,
    description:
      "Refresh token for grant_type refresh_token; one that the server rotates is used until the run ends.",
  },
  scope: { type: "string", description: "Scopes for auth_method oauth, parted by blanks." },
  oauth_extras: {
    type: "object",
    additionalProperties: { type: "string" },
    description: "Further members of the token request, audience for example.",
  },
  oauth_expiration_secs: {
    type: "integer",
    minimum: 1,
    description: "How long a token is used when its response has no expires_in; 3600 by default.",
  },
  api_key_in: {
    type: "string",
    enum: ["header", "query", "cookie", "body"],
    description: "Where auth_method api_key puts the keys; in headers by default.",
  },
  session_login_url: {
    type: "string",
    description:
      "Address of the login for auth_method session; it is asked once, and again after a 401.",
  },
  session_login_body: {
    type: "object",
    additionalProperties: { type: "string", secret: true },
    description: "JSON body of the login; username and password by default.",
  },
  session_token_path: {
    type: "string",
    description: "JSONPath of the token in the answer of the login; $.token by default.",
  },
  session_header: {
    type: "string",
    description: "Header that carries the token of auth_method session; Authorization by default.",
  },
  session_prefix: {
    type: "string",
    description: "What stands in front of the token of auth_method session; Bearer by default.",
  },
  hmac_secret: {
    type: "string",
    secret: true,
    description: "Key that auth_method hmac signs each request with.",
  },
  hmac_algorithm: {
    type: "string",
    enum: ["sha256", "sha512"],
    description: "Hash of auth_method hmac; sha256 by default.",
  },
  hmac_encoding: {
    type: "string",
    enum: ["hex", "base64"],
    description: "How the signature of auth_method hmac is written; hex by default.",
  },
  hmac_template: {
    type: "string",
    description:
      "Text that auth_method hmac signs, of {method}, {path} with its query, {timestamp} in seconds and {body}; all four on lines of their own by default.",
  },
  hmac_header: {
    type: "string",
    description: "Header of the signature of auth_method hmac; X-Signature by default.",
  },
  hmac_timestamp_header: {
    type: "string",
    description: "Header of the time that auth_method hmac signs; X-Timestamp by default.",
  },
} as const;
