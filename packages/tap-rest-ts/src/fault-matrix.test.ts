import { expect, test } from "@jest/globals";
import { items } from "./testing/api-server.test.support.ts";
import {
  bodyText,
  firstPageAgain,
  lasting,
  once,
  passing,
} from "./testing/page-faults.test.support.ts";
import { RECORD_COUNT, type Style, styles } from "./testing/paged-api.test.support.ts";
import { readPaged } from "./testing/read-paged.test.support.ts";

const names = Object.keys(styles) as Style[];
const paged = names.filter((name) => name !== "none");

/** Every `count`th style: `pnpm soak rest-faults` reads each style under each fault, which takes minutes. */
const someOf = (all: readonly Style[], first: number, count: number): readonly Style[] =>
  all.filter((_style, index) => index % count === first);

test.each(Object.entries(passing))(
  "R63: each style reads every record once, though each second page first meets %s",
  async (what, fault) => {
    const isSlow = what.includes("never ends");
    const chosen = isSlow ? someOf(names, 1, 6) : names;

    const run = await readPaged(chosen, once(fault));

    expect(run).toMatchObject({ code: 0 });
    for (const name of chosen) expect(run.records(name)).toEqual(items(0, RECORD_COUNT));
    expect(run.state).toMatchObject({
      bookmarks: Object.fromEntries(
        chosen.map((name) => [name, { replication_key_value: RECORD_COUNT - 1 }]),
      ),
    });
  },
);

test("R63: each style reads every record once from an API that sends byte by byte", async () => {
  const run = await readPaged(names, (page) => {
    const bytes = Buffer.from(bodyText(page));
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

test.each(Object.entries(lasting).map(([what, fault], index) => [what, ...fault, index] as const))(
  "R67: in no style is %s the end of a stream: the run fails by name and no bookmark moves",
  async (_what, code, fault, first) => {
    const chosen = someOf(names, first, Object.keys(lasting).length);

    const runs = await inTwos(chosen, (name) =>
      readPaged([name], fault, { request_timeout_seconds: 0.5 }),
    );

    for (const [index, run] of runs.entries()) {
      expect({ style: chosen[index], code: run.code }).toEqual({ style: chosen[index], code: 1 });
      expect(run.stderr).toContain(`(${code})`);
      expect(run.state).toBeUndefined();
    }
  },
);

test("R21: in no style does a second page that is the first one again go unseen", async () => {
  const chosen = someOf(paged, 0, 3);

  const runs = await inTwos(chosen, (name) => readPaged([name], firstPageAgain));

  for (const [index, run] of runs.entries()) {
    expect({ style: chosen[index], code: run.code }).toEqual({ style: chosen[index], code: 1 });
    expect(run.stderr).toMatch(/E_PAGE_LOOP|E_OFFSET_MAX/);
    expect(run.state).toBeUndefined();
  }
});

/** The styles in which an API that tells no total, and that is not probed, can't be found out. */
const counted = ["offset", "offset_header", "offset_probe", "page"] as const;

test.each([
  ["deleted", { data: items(15, 10), total: 20 }],
  ["inserted", { data: items(5, 10), total: 30 }],
])(
  "R17: rows that are %s while an API is paged by counting fail the run, and no bookmark moves",
  async (_what, moved) => {
    const runs = await inTwos(counted, (name) =>
      readPaged([name], ({ send, body }) => send({ ...body, ...moved })),
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
