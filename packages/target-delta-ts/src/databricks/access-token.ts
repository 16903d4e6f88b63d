import { UserError } from "singer-sdk-ts";
import { request } from "undici";

/** A token is asked for anew when it has less than this left. */
const MARGIN_MS = 120_000;

/** What authorises a call: given, or got for a service principal and kept until it runs out. */
export interface AccessToken {
  get(): Promise<string>;
}

/** A personal access token, as it is. */
export function personalToken(token: string): AccessToken {
  return { get: () => Promise.resolve(token) };
}

/** OAuth for a service principal: client credentials are exchanged at the workspace. */
export class ServiceToken implements AccessToken {
  readonly #origin: string;
  readonly #authorization: string;
  #current: { readonly token: string; readonly endMs: number } | undefined;

  constructor(origin: string, client: { readonly id: string; readonly secret: string }) {
    this.#origin = origin;
    this.#authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString("base64")}`;
  }

  async get(): Promise<string> {
    if (this.#current === undefined || this.#current.endMs - MARGIN_MS < Date.now())
      this.#current = await this.#fetch();
    return this.#current.token;
  }

  async #fetch(): Promise<{ token: string; endMs: number }> {
    const { statusCode, body } = await request(`${this.#origin}/oidc/v1/token`, {
      method: "POST",
      headers: {
        authorization: this.#authorization,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: "grant_type=client_credentials&scope=all-apis",
    });
    const text = await body.text();
    const answer: unknown = statusCode === 200 ? JSON.parse(text) : undefined;
    if (!isTokenAnswer(answer)) {
      throw new UserError("E_LOGIN", `Databricks gives no token to the client: ${statusCode}`, {
        hint: "check DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET",
      });
    }
    return { token: answer.access_token, endMs: Date.now() + 1000 * answer.expires_in };
  }
}

function isTokenAnswer(value: unknown): value is { access_token: string; expires_in: number } {
  return (
    typeof value === "object" &&
    value !== null &&
    "access_token" in value &&
    typeof value.access_token === "string" &&
    "expires_in" in value &&
    typeof value.expires_in === "number"
  );
}
