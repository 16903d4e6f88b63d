/** Settings of authentication that stand at the top. */
export const authProperties = {
  auth_method: {
    type: "string",
    enum: ["no_auth", "basic", "bearer_token", "api_key"],
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
  api_key_in: {
    type: "string",
    enum: ["header", "query", "cookie", "body"],
    description: "Where auth_method api_key puts the keys; in headers by default.",
  },
} as const;
