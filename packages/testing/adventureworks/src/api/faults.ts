import type { ServerResponse } from "node:http";

/** What goes wrong with one request, counted from 0 over all that the server gets. */
export type Fault =
  | {
      readonly request: number;
      readonly type: "status";
      readonly status: number;
      readonly retryAfterSeconds?: number;
    }
  | { readonly request: number; readonly type: "disconnect"; readonly afterBytes: number };

/** Answers with the fault's status, or sends the start of `body` and drops the connection. */
export function playFault(fault: Fault, response: ServerResponse, body: Buffer): void {
  if (fault.type === "disconnect") {
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": String(body.length),
    });
    response.write(body.subarray(0, fault.afterBytes), () => response.destroy());
    return;
  }
  if (fault.retryAfterSeconds !== undefined) {
    response.setHeader("retry-after", String(fault.retryAfterSeconds));
  }
  const text = JSON.stringify({ error: `fault of request ${fault.request}` });
  response.writeHead(fault.status, { "content-type": "application/json" }).end(text);
}
