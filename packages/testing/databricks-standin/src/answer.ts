/** A request to the workspace, with its path decoded and its body read. */
export interface WorkspaceRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
}

/** What is sent back. */
export interface Answer {
  readonly status: number;
  readonly body?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export function json(value: unknown): Answer {
  return {
    status: 200,
    body: Buffer.from(JSON.stringify(value)),
    headers: { "content-type": "application/json" },
  };
}

/** An error as Databricks' REST interfaces word it. */
export function failure(status: number, code: string, message: string): Answer {
  return { ...json({ error_code: code, message }), status };
}
