import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "singer-sdk-ts";
import { request } from "undici";

/** A token is asked for anew when it has less than this left. */
const MARGIN_MS = 120_000;

/** A busy service is asked this often. */
const TRIES_MAX = 5;
const WAIT_MS = 200;

/** What authorises a call: given, or got for a service principal and kept until it runs out. */
export interface AccessToken {
  get(): Promise<string>;
  /** Forgets a token that was refused; `false` when there is no other to be had. */
  renew(): boolean;
}

/** A personal access token, as it is. */
export function personalToken(token: string): AccessToken {
  return { get: () => Promise.resolve(token), renew: () => false };
}

/** Where a token is exchanged for a client's secret, and what is sent there. */
export interface TokenRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
  /** The variables to check when it is refused. */
  readonly variables: string;
}

/** OAuth for a service principal of Databricks: client credentials are exchanged at the workspace. */
export function servicePrincipal(
  origin: string,
  { id, secret }: { readonly id: string; readonly secret: string },
): TokenRequest {
  return {
    url: `${origin}/oidc/v1/token`,
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}` },
    form: { grant_type: "client_credentials", scope: "all-apis" },
    variables: "DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET",
  };
}

/** The application that stands for Databricks in every Microsoft Entra tenant. */
const AZURE_DATABRICKS = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";

/** OAuth for a service principal of Azure: client credentials are exchanged at Microsoft Entra. */
export function azureServicePrincipal({
  tenantId,
  id,
  secret,
  authority = "https://login.microsoftonline.com",
}: {
  readonly tenantId: string;
  readonly id: string;
  readonly secret: string;
  readonly authority?: string;
}): TokenRequest {
  return {
    url: `${authority.replace(/\/$/, "")}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`,
    headers: {},
    form: {
      grant_type: "client_credentials",
      client_id: id,
      client_secret: secret,
      scope: `${AZURE_DATABRICKS}/.default`,
    },
    variables: "ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET",
  };
}

/** A token that is got for a service principal, and kept until it runs out. */
export class ServiceToken implements AccessToken {
  readonly #request: TokenRequest;
  #current: Promise<{ readonly token: string; readonly endMs: number }> | undefined;

  constructor(tokenRequest: TokenRequest) {
    this.#request = tokenRequest;
  }

  async get(): Promise<string> {
    const current = await this.#current?.catch(() => undefined);
    if (current === undefined || current.endMs - MARGIN_MS < Date.now())
      this.#current = this.#fetch();
    const { token } = (await this.#current) ?? { token: "" };
    return token;
  }

  renew(): boolean {
    this.#current = undefined;
    return true;
  }

  async #fetch(): Promise<{ token: string; endMs: number }> {
    for (let attempt = 1; ; attempt++) {
      const { status, text } = await this.#ask().catch((error: unknown) => ({
        status: 0,
        text: error instanceof Error && "code" in error ? String(error.code) : String(error),
      }));
      const answer: unknown = status === 200 ? JSON.parse(text) : undefined;
      if (isTokenAnswer(answer))
        return { token: answer.access_token, endMs: Date.now() + 1000 * answer.expires_in };
      const isPassing = status === 0 || status === 429 || status >= 500;
      if (!isPassing || attempt === TRIES_MAX) {
        const reason = status === 0 ? text : status;
        throw new UserError("E_LOGIN", `Databricks gives no token to the client: ${reason}`, {
          hint: `check ${this.#request.variables}`,
        });
      }
      await sleep(WAIT_MS * 2 ** attempt);
    }
  }

  async #ask(): Promise<{ readonly status: number; readonly text: string }> {
    const { url, headers, form } = this.#request;
    const { statusCode, body } = await request(url, {
      method: "POST",
      headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(form).toString(),
    });
    return { status: statusCode, text: await body.text() };
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
