import { expect, test } from "@jest/globals";
import type { RecordPage } from "./page.ts";
import { recordsPage } from "./page.ts";
import { RepeatedKeys } from "./repeated-keys.ts";

function page(...ids: readonly number[]): RecordPage {
  const response = {
    status: 200,
    headers: {},
    body: Buffer.alloc(0),
    url: new URL("http://localhost"),
    receivedAt: new Date(0),
  };
  return recordsPage(
    response,
    ids.map((id) => ({ id, part: "x" })),
    {},
  );
}

test("keys of a page before are found, those of the same page and absent ones are not", () => {
  const keys = new RepeatedKeys(["id", "part"]);

  expect(keys.observe(page(1, 2, 2))).toBe(0);
  expect(keys.observe(page(3, 1))).toBe(1);
  expect(new RepeatedKeys(["other"]).observe(page(1, 1))).toBe(0);
});

test("twenty thousand different keys are no repeat, and those of the last generation are found", () => {
  const keys = new RepeatedKeys(["id"], 8_000);
  const pages = Array.from({ length: 20 }, (_, number) =>
    page(...Array.from({ length: 1000 }, (__, index) => number * 1000 + index)),
  );

  expect(pages.map((one) => keys.observe(one))).toEqual(Array(20).fill(0));
  expect(keys.observe(page(19_999, 12_000, 20_000, 0))).toBe(2);
});
