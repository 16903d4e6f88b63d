import { UserError } from "singer-sdk-ts";

/** What a connection string can say, in the settings' words. */
export interface ConnectionFacts {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly encrypt?: boolean;
  readonly trust_server_certificate?: boolean;
  readonly application_name?: string;
  readonly application_intent?: "ReadOnly" | "ReadWrite";
  readonly multi_subnet_failover?: boolean;
}

/** Keywords of ADO.NET, ODBC and SQLAlchemy URLs, without spaces and case, by setting. */
const KEYWORDS: Readonly<Record<string, keyof ConnectionFacts>> = {
  server: "host",
  datasource: "host",
  address: "host",
  addr: "host",
  networkaddress: "host",
  port: "port",
  userid: "user",
  uid: "user",
  user: "user",
  username: "user",
  password: "password",
  pwd: "password",
  database: "database",
  initialcatalog: "database",
  encrypt: "encrypt",
  trustservercertificate: "trust_server_certificate",
  applicationname: "application_name",
  app: "application_name",
  applicationintent: "application_intent",
  multisubnetfailover: "multi_subnet_failover",
};

/**
 * Reads `Server=tcp:host,1433;Database=…;User Id=…` or `mssql://user:password@host:1433/database?encrypt=true`.
 * Keywords that mean nothing here, such as `Driver`, are passed over. Throws E_SETTING, without the text.
 */
export function parseConnectionString(text: string): ConnectionFacts {
  const pairs = /^[a-z][\w+.-]*:\/\//i.test(text) ? pairsOfUrl(text) : pairsOfKeywords(text);
  const facts: Record<string, string | number | boolean> = {};
  for (const [keyword, value] of pairs) {
    const name = KEYWORDS[keyword.toLowerCase().replaceAll(/[\s_]/g, "")];
    if (name !== undefined && value !== "") facts[name] = factOf(name, value);
  }
  return facts;
}

function pairsOfUrl(text: string): readonly (readonly [string, string])[] {
  if (!URL.canParse(text)) throw badString("it is no URL");
  const url = new URL(text);
  return [
    ["server", decodeURIComponent(url.hostname)],
    ["port", url.port],
    ["user", decodeURIComponent(url.username)],
    ["password", decodeURIComponent(url.password)],
    ["database", decodeURIComponent(url.pathname.slice(1))],
    ...url.searchParams,
  ];
}

/** `key=value;` pairs; a value in quotes or braces may hold semicolons, its closing mark doubled. */
function pairsOfKeywords(text: string): readonly (readonly [string, string])[] {
  const pattern =
    /\s*([^=;]+?)\s*=\s*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|\{((?:[^}]|\}\})*)\}|([^;]*?))\s*(?:;|$)/gy;
  const pairs: (readonly [string, string])[] = [];
  const whole = text.replace(/[;\s]+$/, "");
  while (pattern.lastIndex < whole.length) {
    const match = pattern.exec(whole);
    if (match === null) throw badString("it is neither a URL nor `key=value` pairs");
    const [, keyword = "", double, single, braces, bare = ""] = match;
    const value =
      double?.replaceAll('""', '"') ??
      single?.replaceAll("''", "'") ??
      braces?.replaceAll("}}", "}") ??
      bare;
    pairs.push([keyword, value]);
  }
  return pairs;
}

function factOf(name: keyof ConnectionFacts, value: string): string | number | boolean {
  switch (name) {
    case "port": {
      const port = Number(value);
      if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
      throw badString("its port is no port number");
    }
    case "encrypt":
    case "trust_server_certificate":
    case "multi_subnet_failover":
      return /^(?:true|yes|1|mandatory|strict)$/i.test(value);
    case "application_intent":
      return /^readonly$/i.test(value) ? "ReadOnly" : "ReadWrite";
    default:
      return value;
  }
}

function badString(reason: string): UserError {
  return new UserError("E_SETTING", `setting \`connection_string\`: ${reason}`, {
    hint: "write Server=host,1433;Database=…;User Id=…;Password=… or mssql://user:password@host:1433/database",
    exitCode: 2,
  });
}
