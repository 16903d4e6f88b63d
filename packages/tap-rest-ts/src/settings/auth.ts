/** Settings of authentication that stand at the top. */
export const authProperties = {
  auth_method: {
    type: "string",
    enum: [
      "no_auth",
      "basic",
      "digest",
      "bearer_token",
      "api_key",
      "oauth",
      "jwt",
      "session",
      "hmac",
      "aws",
    ],
    description:
      "How requests are authenticated; basic when username and password are set, no_auth otherwise. api_keys go along with each method but no_auth.",
  },
  username: {
    type: "string",
    aliases: ["user"],
    env: ["API_USER"],
    description: "User name for auth_method basic and digest. API_USER is read when it is not set.",
  },
  password: {
    type: "string",
    secret: true,
    env: ["API_PASSWORD"],
    description:
      "Password for auth_method basic and digest. API_PASSWORD is read when it is not set.",
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
      "Names and values for auth_method api_key, or besides another method; sent as headers unless api_key_in says otherwise.",
  },
  access_token_url: {
    type: "string",
    description: "Address that gives tokens for auth_method oauth.",
  },
  grant_type: {
    type: "string",
    enum: ["client_credentials", "refresh_token", "password", "jwt_bearer"],
    description:
      "How auth_method oauth asks for a token; client_credentials by default. jwt_bearer sends an assertion of jwt_claims, signed with jwt_key.",
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
      "Refresh token for grant_type refresh_token; one that the server rotates is used until the run ends, and longer with token_file.",
  },
  token_file: {
    type: "string",
    description:
      "File in which a rotated refresh token is kept for the next run, which prefers it to refresh_token; without it a server that rotates tokens refuses the second run.",
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
  oauth_client_auth: {
    type: "string",
    enum: ["body", "basic"],
    description:
      "Where auth_method oauth sends client_id and client_secret: in the form, by default, or as an Authorization header.",
  },
  jwt_key: {
    type: "string",
    secret: true,
    description:
      "Private key as PEM, or shared secret of an HS algorithm, for auth_method jwt and grant_type jwt_bearer.",
  },
  jwt_algorithm: {
    type: "string",
    enum: [
      "HS256",
      "HS384",
      "HS512",
      "RS256",
      "RS384",
      "RS512",
      "PS256",
      "PS384",
      "PS512",
      "ES256",
      "ES384",
      "ES512",
      "EdDSA",
    ],
    description: "How tokens are signed with jwt_key; RS256 by default.",
  },
  jwt_claims: {
    type: "object",
    additionalProperties: true,
    description:
      "What the signed token says: iss, sub, aud and others. iat and exp are added when they are not given.",
  },
  jwt_key_id: { type: "string", description: "The kid in the header of the signed token." },
  jwt_lifetime_secs: {
    type: "integer",
    minimum: 1,
    description: "How long a signed token is valid; 1200 by default.",
  },
  aws_access_key_id: {
    type: "string",
    env: ["AWS_ACCESS_KEY_ID"],
    description: "Id of the access key of auth_method aws, which signs by Signature Version 4.",
  },
  aws_secret_access_key: {
    type: "string",
    secret: true,
    env: ["AWS_SECRET_ACCESS_KEY"],
    description: "Secret of the access key of auth_method aws.",
  },
  aws_session_token: {
    type: "string",
    secret: true,
    env: ["AWS_SESSION_TOKEN"],
    description: "Token of a temporary access key of auth_method aws.",
  },
  aws_region: {
    type: "string",
    env: ["AWS_REGION", "AWS_DEFAULT_REGION"],
    description: "Region that auth_method aws signs for.",
  },
  aws_service: {
    type: "string",
    description: "Service that auth_method aws signs for; execute-api by default.",
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
