/** Settings of authentication that stand at the top. */
export const authProperties = {
  auth_method: {
    type: "string",
    enum: ["no_auth", "basic", "bearer_token", "api_key", "oauth"],
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
} as const;
