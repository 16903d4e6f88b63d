import { createPrivateKey, type KeyObject } from "node:crypto";
import { UserError } from "singer-sdk-ts";
import type { Authenticator, HttpRequest } from "../request.ts";
import { addHeader } from "./header.ts";

/** What a signed statement says, and by whose key. */
export interface JwtOptions {
  /** A private key as PEM, or the shared secret of the HS algorithms. */
  readonly key: string;
  readonly algorithm: string;
  readonly keyId?: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly lifetimeSeconds: number;
}

/** A JSON Web Token that is valid from now on; throws E_SETTING for a key that doesn't fit the algorithm. Source: RFC 7519. */
export async function signJwt(options: JwtOptions): Promise<string> {
  const { algorithm, keyId, claims, lifetimeSeconds } = options;
  const now = Math.floor(Date.now() / 1000);
  const header = {
    alg: algorithm,
    typ: "JWT",
    ...(keyId === undefined ? {} : { kid: keyId }),
  };
  // Loaded when it is asked for: few APIs want one.
  const { SignJWT } = await import("jose");
  try {
    return await new SignJWT({ iat: now, exp: now + lifetimeSeconds, ...claims })
      .setProtectedHeader(header)
      .sign(signingKey(options));
  } catch (cause) {
    throw new UserError("E_SETTING", `setting \`jwt_key\` is no key for ${algorithm}`, {
      hint: "set it to a private key as PEM, or to the shared secret of an HS algorithm",
      cause,
    });
  }
}

/** Shows a token that this tap signs itself; it is signed anew when half of its time is over, and after a 401. */
export class JwtAuth implements Authenticator {
  readonly #options: JwtOptions;
  #token: { readonly text: Promise<string>; readonly renewAt: number } | undefined;

  constructor(options: JwtOptions) {
    this.#options = options;
  }

  async authorize(request: HttpRequest): Promise<HttpRequest> {
    if (this.#token === undefined || this.#token.renewAt <= Date.now()) {
      const renewAt = Date.now() + this.#options.lifetimeSeconds * 500;
      this.#token = { text: signJwt(this.#options), renewAt };
    }
    return addHeader(request, "authorization", `Bearer ${await this.#token.text}`);
  }

  renew(): Promise<boolean> {
    this.#token = undefined;
    return Promise.resolve(true);
  }
}

function signingKey({ key, algorithm }: JwtOptions): KeyObject | Uint8Array {
  return algorithm.startsWith("HS")
    ? new TextEncoder().encode(key)
    : // A key in a variable often has its line breaks written as \n.
      createPrivateKey(key.replaceAll("\\n", "\n"));
}
