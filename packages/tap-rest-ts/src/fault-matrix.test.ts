import { gzipSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { items } from "./testing/api-server.test.support.ts";
import {
  type PageRequest,
  RECORD_COUNT,
  type Style,
  servePaged,
  styles,
} from "./testing/paged-api.test.support.ts";
import { idSchema, runTap, type TapRun } from "./testing/run-tap.test.support.ts";

const names = Object.keys(styles) as Style[];
const paged = names.filter((name) => name !== "none");

/** Reads the streams of `chosen` from an API in which every second page meets a fault. */
async function read(
  chosen: readonly Style[],
  fault: (page: PageRequest) => void,
  top: Readonly<Record<string, unknown>> = {},
): Promise<TapRun> {
  await using api = await servePaged((page) => {
    if (page.isSecondPage) fault(page);
    else page.send();
  });
  const streams = chosen.map((name) => ({
    name,
    path: `/${name}`,
    records_path: "$.data[*]",
    primary_keys: ["id"],
    replication_key: "id",
    schema: idSchema,
    pagination: styles[name],
  }));
  return await runTap({
    api_url: api.url,
    backoff_seconds: 0.01,
    max_tries: 2,
    request_timeout_seconds: 1,
    streams,
    ...top,
  });
}

/** A fault of the first try alone: the second one is answered. */
function once(fault: (page: PageRequest) => void): (page: PageRequest) => void {
  return (page) => {
    if (page.isFirstTry) fault(page);
    else page.send();
  };
}

const text = ({ body }: PageRequest): string => JSON.stringify(body);

const passing: Readonly<Record<string, (page: PageRequest) => void>> = {
  "status 500": ({ response }) => void response.writeHead(500).end(),
  "status 503 with an HTML page": ({ response }) =>
    void response.writeHead(503, { "content-type": "text/html" }).end("<h1>busy</h1>"),
  "status 429 with Retry-After": ({ response }) =>
    void response.writeHead(429, { "retry-after": "0" }).end(),
  "a reset before the answer": ({ response }) => void response.destroy(),
  "a reset in mid-body": (page) => {
    page.response.writeHead(200, { "content-length": String(text(page).length) });
    page.response.write(text(page).slice(0, 60), () => page.response.destroy());
  },
  "a reset between two chunks": (page) => {
    page.response.writeHead(200, { "content-type": "application/json" });
    page.response.write(text(page).slice(0, 60), () => page.response.destroy());
  },
  "a body cut short that claims to be whole": (page) =>
    void page.response.writeHead(200).end(text(page).slice(0, 60)),
  "an empty body": ({ response }) => void response.writeHead(200).end(),
  "a packed body cut short": (page) =>
    void page.response
      .writeHead(200, { "content-encoding": "gzip" })
      .end(gzipSync(text(page)).subarray(0, 30)),
  "a body that never ends": (page) =>
    void page.response.writeHead(200).write(text(page).slice(0, 60)),
};

test.each(Object.entries(passing))(
  "R63: each style reads every record once, though each second page first meets %s",
  async (_name, fault) => {
    const run = await read(names, once(fault));

    expect(run).toMatchObject({ code: 0 });
    for (const name of names) expect(run.records(name)).toEqual(items(0, RECORD_COUNT));
    expect(run.state).toMatchObject({
      bookmarks: Object.fromEntries(
        names.map((name) => [name, { replication_key_value: RECORD_COUNT - 1 }]),
      ),
    });
  },
);

test("R63: each style reads every record once from an API that sends byte by byte", async () => {
  const run = await read(names, (page) => {
    const bytes = Buffer.from(text(page));
    const drip = (position: number): void => {
      if (position >= bytes.length) page.response.end();
      else page.response.write(bytes.subarray(position, position + 8), () => drip(position + 8));
    };
    page.response.writeHead(200, { "content-type": "application/json", ...page.headers });
    drip(0);
  });

  expect(run).toMatchObject({ code: 0 });
  for (const name of names) expect(run.records(name)).toEqual(items(0, RECORD_COUNT));
});

const lasting: Readonly<Record<string, readonly [code: string, (page: PageRequest) => void]>> = {
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
    (page) => void page.response.writeHead(200).end(text(page).replace('"id":', '"id"=')),
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

test.each(Object.entries(lasting))(
  "R67: in no style is %s the end of a stream: the run fails by name and no bookmark moves",
  async (_name, [code, fault]) => {
    const runs = await inTwos(names, (name) =>
      read([name], fault, { request_timeout_seconds: 0.3 }),
    );

    for (const [index, run] of runs.entries()) {
      expect({ style: names[index], code: run.code }).toEqual({ style: names[index], code: 1 });
      expect(run.stderr).toContain(`(${code})`);
      expect(run.state).toBeUndefined();
    }
  },
);

test("R21: in no style does a second page that is the first one again go unseen", async () => {
  const runs = await inTwos(paged, (name) =>
    read([name], ({ send, body, offset }) =>
      send(offset === 10 ? { ...body, data: items(0, 10) } : body),
    ),
  );

  for (const [index, run] of runs.entries()) {
    expect({ style: paged[index], code: run.code }).toEqual({ style: paged[index], code: 1 });
    expect(run.stderr).toMatch(/E_PAGE_LOOP|E_TOTAL/);
    expect(run.state).toBeUndefined();
  }
});

const counted = ["offset", "page", "auto"] as const;

test.each([
  ["deleted", { data: items(15, 10), total: 20 }],
  ["inserted", { data: items(5, 10), total: 30 }],
])(
  "R17: rows that are %s while an API is paged by counting fail the run, and no bookmark moves",
  async (_what, moved) => {
    const runs = await inTwos(counted, (name) =>
      read([name], ({ send, body }) => send({ ...body, ...moved })),
    );

    for (const [index, run] of runs.entries()) {
      expect({ style: counted[index], code: run.code }).toEqual({ style: counted[index], code: 1 });
      expect(run.stderr).toMatch(/E_PAGE_DRIFT|E_TOTAL/);
      expect(run.state).toBeUndefined();
    }
  },
);

/** Two processes at a time: one for each core of the smallest machine. */
async function inTwos<T, R>(values: readonly T[], call: (value: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let index = 0; index < values.length; index += 2)
    results.push(...(await Promise.all(values.slice(index, index + 2).map(call))));
  return results;
}
