import { createHash, randomBytes } from "node:crypto";
import type { Authenticator, HttpRequest, HttpResponse } from "../request.ts";
import { addHeader } from "./header.ts";

/** What a server asks of the answer to its 401. */
interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly qop: "auth" | "auth-int" | undefined;
  /** As the server wrote it: `SHA-256-sess`. */
  readonly algorithm: string | undefined;
}

/** Hashes that are answered, the better ones first. */
const hashes = [
  ["SHA-512-256", "sha512-256"],
  ["SHA-256", "sha256"],
  ["MD5", "md5"],
] as const;

/**
 * Answers the challenge of the first 401, and from then on signs each request by it; a nonce that went stale gives a 401
 * with another one. Source: RFC 7616.
 */
export class DigestAuth implements Authenticator {
  readonly #username: string;
  readonly #password: string;
  #challenge: Challenge | undefined;
  #count = 0;

  constructor(username: string, password: string) {
    this.#username = username;
    this.#password = password;
  }

  authorize(request: HttpRequest): HttpRequest {
    const challenge = this.#challenge;
    return challenge === undefined
      ? request
      : addHeader(request, "authorization", this.#answer(challenge, request));
  }

  renew(refused: HttpResponse): Promise<boolean> {
    const challenge = parseChallenge(refused.headers["www-authenticate"] ?? "");
    this.#challenge = challenge ?? this.#challenge;
    this.#count = 0;
    return Promise.resolve(challenge !== undefined);
  }

  #answer(challenge: Challenge, { method, url, body }: HttpRequest): string {
    const { realm, nonce, opaque, qop, algorithm } = challenge;
    this.#count++;
    const count = this.#count.toString(16).padStart(8, "0");
    const own = randomBytes(16).toString("hex");
    const uri = `${url.pathname}${url.search}`;
    const hash = (text: string): string =>
      createHash(hashOf(algorithm) ?? "md5")
        .update(text)
        .digest("hex");
    const secret = hash(`${this.#username}:${realm}:${this.#password}`);
    const isSession = algorithm?.toLowerCase().endsWith("-sess") === true;
    const first = isSession ? hash(`${secret}:${nonce}:${own}`) : secret;
    const second = hash(
      qop === "auth-int" ? `${method}:${uri}:${hash(body ?? "")}` : `${method}:${uri}`,
    );
    const middle = qop === undefined ? nonce : `${nonce}:${count}:${own}:${qop}`;
    const parts = [
      `username="${quoted(this.#username)}"`,
      `realm="${quoted(realm)}"`,
      `nonce="${quoted(nonce)}"`,
      `uri="${uri}"`,
      `response="${hash(`${first}:${middle}:${second}`)}"`,
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(opaque === undefined ? [] : [`opaque="${quoted(opaque)}"`]),
      ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${count}`]),
      ...(qop === undefined && !isSession ? [] : [`cnonce="${own}"`]),
    ];
    return `Digest ${parts.join(", ")}`;
  }
}

/** The best Digest challenge of a WWW-Authenticate header, in which several may stand; undefined when there is none. */
function parseChallenge(header: string): Challenge | undefined {
  const challenges = header
    .split(/(?:^|,)\s*(?=[A-Za-z]+\s+[\w-]+\s*=)/u)
    .filter((part) => /^Digest\s/iu.test(part))
    .map(readChallenge);
  for (const [, hash] of hashes) {
    const found = challenges.find(({ algorithm }) => hashOf(algorithm) === hash);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readChallenge(text: string): Challenge {
  const values = new Map<string, string>();
  for (const [, name = "", quotedValue, bare] of text.matchAll(
    /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gu,
  )) {
    values.set(name.toLowerCase(), quotedValue?.replace(/\\(.)/gu, "$1") ?? bare ?? "");
  }
  const offers =
    values
      .get("qop")
      ?.toLowerCase()
      .split(/\s*,\s*/u) ?? [];
  return {
    realm: values.get("realm") ?? "",
    nonce: values.get("nonce") ?? "",
    opaque: values.get("opaque"),
    qop: offers.includes("auth") ? "auth" : offers.includes("auth-int") ? "auth-int" : undefined,
    algorithm: values.get("algorithm"),
  };
}

function hashOf(algorithm: string | undefined): string | undefined {
  const name = (algorithm ?? "MD5").toUpperCase().replace(/-SESS$/u, "");
  return hashes.find(([known]) => known === name)?.[1];
}

function quoted(text: string): string {
  return text.replace(/["\\]/gu, "\\$&");
}
