import type { Authenticator, HttpClient, HttpRequest } from "../request.ts";
import { noToken, parseAnswer } from "./answer.ts";
import { addHeader } from "./header.ts";

/** What a token request needs; which members depends on the grant. */
export interface OAuth2Options {
  readonly tokenUrl: URL;
  readonly grant: "client_credentials" | "refresh_token" | "password";
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly refreshToken?: string;
  readonly username?: string;
  readonly password?: string;
  readonly scope?: string;
  /** Sent in the token request besides the standard members. */
  readonly extras: Readonly<Record<string, string>>;
  /** How long a token is used when its response does not say. */
  readonly lifetimeMs: number;
}

/** A token is renewed this long before it expires, so that no request carries one that expires on its way. */
const renewBeforeMs = 60_000;

/**
 * OAuth 2 by client credentials, refresh token or password: asks for a token when there is none, when it is about to
 * expire, and once more after a 401. A refresh token that the server rotates is used from then on. Source: RFC 6749 §4.3, 4.4, 6.
 */
export class OAuth2 implements Authenticator {
  readonly #options: OAuth2Options;
  readonly #client: HttpClient;
  #token: { readonly text: string; readonly expiresAt: number } | undefined;
  #refreshToken: string | undefined;
  #pending: Promise<string> | undefined;

  constructor(options: OAuth2Options, client: HttpClient) {
    this.#options = options;
    this.#client = client;
    this.#refreshToken = options.refreshToken;
  }

  async authorize(request: HttpRequest): Promise<HttpRequest> {
    const isFresh = this.#token !== undefined && this.#token.expiresAt > Date.now();
    return addHeader(
      request,
      "authorization",
      `Bearer ${isFresh && this.#token ? this.#token.text : await this.#fetchOnce()}`,
    );
  }

  async renew(): Promise<boolean> {
    this.#token = undefined;
    await this.#fetchOnce();
    return true;
  }

  /** Requests that wait for a token at the same time share one. */
  #fetchOnce(): Promise<string> {
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #fetch(): Promise<string> {
    const {
      tokenUrl,
      grant,
      clientId,
      clientSecret,
      username,
      password,
      scope,
      extras,
      lifetimeMs,
    } = this.#options;
    const members = {
      grant_type: grant,
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: grant === "refresh_token" ? this.#refreshToken : undefined,
      username: grant === "password" ? username : undefined,
      password: grant === "password" ? password : undefined,
      scope,
      ...extras,
    };
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(members))
      if (value !== undefined) body.set(name, value);
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
    };
    const request: HttpRequest = {
      method: "POST",
      url: tokenUrl,
      headers,
      body: body.toString(),
      isPrivate: true,
    };
    const answer = await this.#client.fetch(
      request,
      { authorize: (unchanged) => unchanged },
      (response) => parseAnswer(response.body),
    );
    const token = answer["access_token"];
    if (typeof token !== "string") throw noToken("it has no access_token");
    const { refresh_token: rotated, expires_in: seconds } = answer;
    if (typeof rotated === "string") this.#refreshToken = rotated;
    const lifetime = Number(seconds ?? lifetimeMs / 1000) * 1000;
    this.#token = {
      text: token,
      expiresAt: Date.now() + Math.max(lifetime / 2, lifetime - renewBeforeMs),
    };
    return token;
  }
}
