import { UserError } from "singer-sdk-ts";
import type { JsonPath } from "../json/path.ts";
import type { Authenticator, HttpClient, HttpRequest } from "../request.ts";
import { parseAnswer } from "./answer.ts";
import { addHeader } from "./header.ts";

/** How a session is opened and shown. */
export interface SessionOptions {
  readonly loginUrl: URL;
  /** JSON body of the login request. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Where the answer holds the token. */
  readonly tokenPath: JsonPath;
  readonly header: string;
  /** Stands in front of the token in the header. */
  readonly prefix: string;
}

/** Logs in by one request, sends the token that it gave with all others, and logs in once more after a 401. */
export class SessionAuth implements Authenticator {
  readonly #options: SessionOptions;
  readonly #client: HttpClient;
  #token: Promise<string> | undefined;

  constructor(options: SessionOptions, client: HttpClient) {
    this.#options = options;
    this.#client = client;
  }

  async authorize(request: HttpRequest): Promise<HttpRequest> {
    const { header, prefix } = this.#options;
    // Requests that wait for the login at the same time share one.
    this.#token ??= this.#login();
    return addHeader(request, header.toLowerCase(), `${prefix} ${await this.#token}`.trim());
  }

  async renew(): Promise<boolean> {
    this.#token = this.#login();
    await this.#token;
    return true;
  }

  async #login(): Promise<string> {
    const { loginUrl, body, tokenPath } = this.#options;
    const request: HttpRequest = {
      method: "POST",
      url: loginUrl,
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
      isPrivate: true,
    };
    const answer = await this.#client.fetch(
      request,
      { authorize: (unchanged) => unchanged },
      (response) => parseAnswer(response.body),
    );
    const token = tokenPath.first(answer);
    if (typeof token === "string" && token !== "") return token;
    throw new UserError("E_LOGIN", `the answer of the login has no text at ${tokenPath.text}`, {
      hint: "check session_token_path",
    });
  }
}
