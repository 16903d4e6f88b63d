import { UserError } from "singer-sdk-ts";
import type { QueryMembers, RequestChange } from "./paginator/paginator.ts";
import type { HttpRequest } from "./request.ts";

/** `api_url` as a URL: a missing scheme means https, a trailing slash doesn't matter. */
export function parseApiUrl(text: string): URL {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//iu.test(text) ? text : `https://${text}`;
  const url = URL.parse(withScheme);
  if (url === null || !/^https?:$/u.test(url.protocol) || url.hostname === "") {
    throw new UserError("E_SETTING", "setting `api_url` is not an http or https address", {
      hint: "write it like https://api.example.com/v1",
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw new UserError("E_SETTING", "setting `api_url` carries a user or password", {
      hint: "set username and password instead",
    });
  }
  return url;
}

/** The address of a stream: its path below `api_url`, or its own absolute URL. The base's query is kept. */
export function streamUrl(base: URL, path: string): URL {
  if (/^https?:\/\//iu.test(path)) return new URL(path);
  const [pathname = "", query = ""] = path.split("?", 2);
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/u, "")}/${pathname.replace(/^\/+/u, "")}`.replace(
    /(?!^)\/$/u,
    pathname.endsWith("/") ? "/" : "",
  );
  for (const [name, value] of new URLSearchParams(query)) url.searchParams.append(name, value);
  return url;
}

/**
 * The request of one page. `pageUrl` is the address of the page before, against which a relative next URL is read; a next
 * URL on another host is refused, because the credentials would go there.
 */
export function changeRequest(
  request: HttpRequest,
  change: RequestChange,
  pageUrl: URL,
): HttpRequest {
  const url = change.url === undefined ? new URL(request.url) : nextUrl(change.url, pageUrl);
  for (const [name, value] of Object.entries(change.query ?? {}))
    url.searchParams.set(name, String(value));
  const headers = { ...request.headers, ...change.headers };
  const body = change.body === undefined ? request.body : changeBody(request, change.body);
  return { ...request, url, headers, ...(body === undefined ? {} : { body }) };
}

function nextUrl(text: string, pageUrl: URL): URL {
  const url = URL.parse(text, pageUrl.href);
  if (url === null) throw new UserError("E_PAGE_URL", "the address of the next page is not a URL");
  if (url.host !== pageUrl.host) {
    throw new UserError(
      "E_PAGE_URL",
      `the next page is on another host, ${url.host}, than the page before, ${pageUrl.host}`,
      {
        hint: "the tap sends its credentials to the host of api_url only",
      },
    );
  }
  // A proxy in front of the API often makes it write http:// for what was asked over https.
  if (pageUrl.protocol === "https:") url.protocol = "https:";
  return url;
}

function changeBody({ body, headers }: HttpRequest, members: QueryMembers): string {
  if (headers["content-type"]?.includes("urlencoded") === true) {
    const form = new URLSearchParams(body);
    for (const [name, value] of Object.entries(members)) form.set(name, String(value));
    return form.toString();
  }
  const root = bodyMembers(body);
  for (const [name, value] of Object.entries(members)) setMember(root, name.split("."), value);
  return JSON.stringify(root);
}

/** The members of a JSON body, which paging adds to; throws E_SETTING when the body is no JSON object. */
function bodyMembers(body = "{}"): Record<string, unknown> {
  try {
    const root: unknown = JSON.parse(body);
    if (typeof root === "object" && root !== null && !Array.isArray(root))
      return root as Record<string, unknown>;
  } catch {
    // The same as JSON of another kind.
  }
  throw new UserError("E_SETTING", "the parameters of paging can't be put into a body of text", {
    hint: "write body as an object, or set pagination.param_in to query",
  });
}

function setMember(
  root: Record<string, unknown>,
  [name = "", ...rest]: readonly string[],
  value: string | number,
): void {
  if (rest.length === 0) {
    root[name] = value;
    return;
  }
  const inner = root[name];
  const child =
    typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>) : {};
  root[name] = child;
  setMember(child, rest, value);
}
