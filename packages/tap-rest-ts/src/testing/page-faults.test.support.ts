import { gzipSync } from "node:zlib";
import { items } from "./api-server.test.support.ts";
import type { PageRequest } from "./paged-api.test.support.ts";

type PageFault = (page: PageRequest) => void;

/** A fault of the first try alone: the second one is answered. */
export function once(fault: (page: PageRequest) => void): (page: PageRequest) => void {
  return (page) => {
    if (page.isFirstTry) fault(page);
    else page.send();
  };
}

/** The whole answer of a page, as it would be sent. */
export const bodyText = ({ body }: PageRequest): string => JSON.stringify(body);

/** Faults after which the same request is answered. */
export const passing: Readonly<Record<string, PageFault>> = {
  "status 500": ({ response }) => void response.writeHead(500).end(),
  "status 503 with an HTML page": ({ response }) =>
    void response.writeHead(503, { "content-type": "text/html" }).end("<h1>busy</h1>"),
  "status 429 with Retry-After": ({ response }) =>
    void response.writeHead(429, { "retry-after": "0" }).end(),
  "a reset before the answer": ({ response }) => void response.destroy(),
  "a reset in mid-body": (page) => {
    page.response.writeHead(200, { "content-length": String(bodyText(page).length) });
    page.response.write(bodyText(page).slice(0, 60), () => page.response.destroy());
  },
  "a reset between two chunks": (page) => {
    page.response.writeHead(200, { "content-type": "application/json" });
    page.response.write(bodyText(page).slice(0, 60), () => page.response.destroy());
  },
  "a body cut short that claims to be whole": (page) =>
    void page.response.writeHead(200).end(bodyText(page).slice(0, 60)),
  "an empty body": ({ response }) => void response.writeHead(200).end(),
  "a packed body cut short": (page) =>
    void page.response
      .writeHead(200, { "content-encoding": "gzip" })
      .end(gzipSync(bodyText(page)).subarray(0, 30)),
  "a body that never ends": (page) =>
    void page.response.writeHead(200).write(bodyText(page).slice(0, 60)),
};

/** Faults that stay, and the code that a run ends with. */
export const lasting: Readonly<Record<string, readonly [code: string, fault: PageFault]>> = {
  "status 500": ["E_SERVER", ({ response }) => void response.writeHead(500).end()],
  "a login page": [
    "E_RESPONSE_JSON",
    ({ response }) =>
      void response
        .writeHead(200, { "content-type": "text/html" })
        .end("<html><form action=/login></form></html>"),
  ],
  "malformed JSON": [
    "E_RESPONSE_JSON",
    (page) => void page.response.writeHead(200).end(bodyText(page).replace('"id":', '"id"=')),
  ],
  "an error object with status 200": [
    "E_RECORDS_PATH",
    ({ send }) => send({ error: { code: 17, message: "quota" } }),
  ],
  "a body that never ends": [
    "E_TIMEOUT",
    ({ response }) => void response.writeHead(200).write('{"data":['),
  ],
};

/** Answers each page after the first with the records of the first. */
export function firstPageAgain({ send, body, offset }: PageRequest): void {
  send(offset > 0 ? { ...body, data: items(0, 10) } : body);
}
