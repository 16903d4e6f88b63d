/** Who may read. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The header that a refused client gets (RFC 7617 §2). */
export const challenge = 'Basic realm="AdventureWorks", charset="UTF-8"';

/** Says whether an Authorization header carries the credentials. */
export function isAuthorized(header: string | undefined, credentials: Credentials): boolean {
  const match = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(header ?? "");
  if (match === null) return false;
  const given = Buffer.from(match[1] ?? "", "base64").toString("utf8");
  return given === `${credentials.user}:${credentials.password}`;
}
