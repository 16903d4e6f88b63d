import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { JsonValue } from "singer-sdk-ts";
import { StateLedger } from "./state-ledger.ts";

function state(value: JsonValue): { text: string; value: JsonValue } {
  return { text: JSON.stringify(value), value };
}

test("a state leaves once every row before it is durable", () => {
  const ledger = new StateLedger();
  ledger.receive(state({ bookmarks: { a: 1 } }), new Map([["a", 10]]));

  expect(ledger.whole()).toBeUndefined();
  ledger.durable("a", 9);
  expect(ledger.whole()).toBeUndefined();
  ledger.durable("a", 10);
  expect(ledger.whole()).toBe('{"bookmarks":{"a":1}}');
});

test("the same state is given once", () => {
  const ledger = new StateLedger();
  ledger.receive(state({ bookmarks: {} }), new Map());

  expect(ledger.whole()).toBe('{"bookmarks":{}}');
  expect(ledger.whole()).toBeUndefined();
});

test.each([{}, null, 5, "x", [1], { bookmarks: [1] }, { position: { a: 1 } }])(
  "state %j passes through untouched",
  (value) => {
    const ledger = new StateLedger();
    ledger.receive({ text: ` ${JSON.stringify(value)} `, value }, new Map([["a", 1]]));
    ledger.durable("a", 1);

    expect(ledger.merged()).toBe(` ${JSON.stringify(value)} `);
  },
);

test("a foreign state waits for every stream", () => {
  const ledger = new StateLedger();
  ledger.receive(
    state({ position: 5 }),
    new Map([
      ["a", 1],
      ["b", 1],
    ]),
  );
  ledger.durable("a", 1);

  expect(ledger.merged()).toBeUndefined();
});

test("one stream's progress does not wait for another's", () => {
  const ledger = new StateLedger();
  ledger.receive(
    state({ bookmarks: { a: 1, b: 1 } }),
    new Map([
      ["a", 10],
      ["b", 10],
    ]),
  );
  ledger.durable("a", 10);
  ledger.durable("b", 10);
  expect(ledger.merged()).toBe('{"bookmarks":{"a":1,"b":1}}');

  ledger.receive(
    state({ currently_syncing: "b", bookmarks: { a: 2, b: 2 } }),
    new Map([
      ["a", 20],
      ["b", 20],
    ]),
  );
  ledger.durable("b", 20);
  expect(JSON.parse(ledger.merged() ?? "")).toEqual({
    currently_syncing: "b",
    bookmarks: { a: 1, b: 2 },
  });
});

test("a bookmark without a durable value holds the state back instead of vanishing", () => {
  const ledger = new StateLedger();
  ledger.receive(
    state({ bookmarks: { a: 1, b: 1 } }),
    new Map([
      ["a", 10],
      ["b", 10],
    ]),
  );
  ledger.durable("b", 10);

  expect(ledger.merged()).toBeUndefined();
});

test("a bookmark that the tap removed stays until its rows are durable", () => {
  const ledger = new StateLedger();
  ledger.receive(state({ bookmarks: { a: 1, b: 1 } }), new Map());
  ledger.merged();

  ledger.receive(
    state({ bookmarks: { b: 2 } }),
    new Map([
      ["a", 5],
      ["b", 5],
    ]),
  );
  ledger.durable("b", 5);
  expect(JSON.parse(ledger.merged() ?? "")).toEqual({ bookmarks: { a: 1, b: 2 } });
  ledger.durable("a", 5);
  expect(ledger.merged()).toBe('{"bookmarks":{"b":2}}');
});

test("a bookmark of an unknown stream waits for all streams", () => {
  const ledger = new StateLedger();
  ledger.receive(state({ bookmarks: { parent: 1 } }), new Map());
  ledger.merged();

  ledger.receive(
    state({ bookmarks: { parent: 2, b: 1 } }),
    new Map([
      ["a", 5],
      ["b", 5],
    ]),
  );
  ledger.durable("b", 5);
  expect(JSON.parse(ledger.merged() ?? "")).toEqual({ bookmarks: { parent: 1, b: 1 } });
});

const streams = ["a", "b", "c"];
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("row" as const),
      stream: fc.constantFrom(...streams),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("state" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("flush" as const),
      stream: fc.constantFrom(...streams),
    }),
  },
);

test.each(["whole", "merged"] as const)(
  "any interleaving, batch sizes 1 to 1000: %s states are never ahead and the last one always comes",
  (rule) => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 400 }),
        fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1000 })),
        (steps, batchRows) => {
          const ledger = new StateLedger();
          const received = new Map(streams.map((stream) => [stream, 0]));
          const durable = new Map(streams.map((stream) => [stream, 0]));
          const printed: string[] = [];
          let lastState: string | undefined;
          const print = (): void => {
            const text = rule === "whole" ? ledger.whole() : ledger.merged();
            if (text === undefined) return;
            printed.push(text);
            const { bookmarks } = JSON.parse(text) as { bookmarks: Record<string, number> };
            for (const [stream, count] of Object.entries(bookmarks)) {
              expect(count).toBeLessThanOrEqual(durable.get(stream) ?? 0);
            }
          };
          const flush = (stream: string): void => {
            durable.set(stream, received.get(stream) ?? 0);
            ledger.durable(stream, durable.get(stream) ?? 0);
            print();
          };

          for (const { type, ...rest } of steps) {
            const stream = "stream" in rest ? rest.stream : "";
            if (type === "flush") flush(stream);
            if (type === "row") {
              received.set(stream, (received.get(stream) ?? 0) + 1);
              if ((received.get(stream) ?? 0) - (durable.get(stream) ?? 0) >= batchRows)
                flush(stream);
            }
            if (type === "state") {
              const value = state({ bookmarks: Object.fromEntries(received) });
              lastState = value.text;
              ledger.receive(value, received);
              print();
            }
          }
          for (const stream of streams) flush(stream);

          expect(printed.at(-1)).toBe(lastState);
        },
      ),
    );
  },
);
