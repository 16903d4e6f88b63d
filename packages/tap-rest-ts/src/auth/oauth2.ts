import type { Authenticator, HttpClient, HttpRequest } from "../request.ts";
import { noToken, parseAnswer } from "./answer.ts";
import { addHeader } from "./header.ts";
import { type JwtOptions, signJwt } from "./jwt.ts";
import { readTokenFile, writeTokenFile } from "./token-file.ts";

/** What a token request needs; which members depends on the grant. */
export interface OAuth2Options {
  readonly tokenUrl: URL;
  readonly grant: "client_credentials" | "refresh_token" | "password" | "jwt_bearer";
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
  /** Whether id and secret of the client stand in the form or in an Authorization header. */
  readonly clientAuth: "body" | "basic";
  /** Where a refresh token that the server rotated is kept for the next run. */
  readonly tokenFile?: string;
  /** What grant `jwt_bearer` signs. */
  readonly jwt?: JwtOptions;
}

/** The name of the grant on the wire. Source: RFC 7523 §2.1. */
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** A token is renewed this long before it expires, so that no request carries one that expires on its way. */
const renewBeforeMs = 60_000;

/**
 * OAuth 2 by client credentials, refresh token, password or a signed assertion: asks for a token when there is none, when
 * it is about to expire, and once more after a 401. A refresh token that the server rotates is used from then on.
 * Source: RFC 6749 §4.3, 4.4, 6; RFC 7523.
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
    const { tokenUrl, clientAuth, clientId = "", clientSecret = "", lifetimeMs } = this.#options;
    const request: HttpRequest = {
      method: "POST",
      url: tokenUrl,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        accept: "application/json",
        ...(clientAuth === "basic" ? { authorization: clientHeader(clientId, clientSecret) } : {}),
      },
      body: (await this.#form()).toString(),
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
    if (typeof rotated === "string") await this.#keep(rotated);
    const lifetime = Number(seconds ?? lifetimeMs / 1000) * 1000;
    this.#token = {
      text: token,
      expiresAt: Date.now() + Math.max(lifetime / 2, lifetime - renewBeforeMs),
    };
    return token;
  }

  async #form(): Promise<URLSearchParams> {
    const { grant, clientAuth, clientId, clientSecret, username, password, scope, extras, jwt } =
      this.#options;
    const isInForm = clientAuth === "body";
    const members = {
      grant_type: grant === "jwt_bearer" ? jwtBearer : grant,
      client_id: isInForm ? clientId : undefined,
      client_secret: isInForm ? clientSecret : undefined,
      refresh_token: grant === "refresh_token" ? await this.#latestRefreshToken() : undefined,
      username: grant === "password" ? username : undefined,
      password: grant === "password" ? password : undefined,
      assertion: jwt === undefined ? undefined : await signJwt(jwt),
      scope,
      ...extras,
    };
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(members))
      if (value !== undefined) form.set(name, value);
    return form;
  }

  /** The token of this run, else the one that the run before kept, else the one of the settings. */
  async #latestRefreshToken(): Promise<string | undefined> {
    const { tokenFile, refreshToken } = this.#options;
    if (this.#refreshToken === undefined && tokenFile !== undefined)
      this.#refreshToken = await readTokenFile(tokenFile);
    return this.#refreshToken ?? refreshToken;
  }

  /** The old token is worthless once a new one came, so it is on disk before the new access token is used. */
  async #keep(refreshToken: string): Promise<void> {
    const { tokenFile } = this.#options;
    const isKnown = refreshToken === this.#refreshToken;
    this.#refreshToken = refreshToken;
    if (tokenFile !== undefined && !isKnown) await writeTokenFile(tokenFile, refreshToken);
  }
}

/** Id and secret, form-encoded before they are joined. Source: RFC 6749 §2.3.1. */
function clientHeader(id: string, secret: string): string {
  const encode = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString("base64")}`;
}
