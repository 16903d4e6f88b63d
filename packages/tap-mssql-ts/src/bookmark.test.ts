import { expect, test } from "@jest/globals";
import { State } from "singer-sdk-ts";
import { bookmarkOf, boundTexts, keyValues, replicationValue } from "./bookmark.ts";

const table = { database: "AW", schema: "Sales", name: "Customer" };
const key = {
  name: "ID",
  type: { name: "bigint", length: 0, precision: 19, scale: 0, isClr: false },
};

test.each(["Sales-Customer", "AW_Sales_Customer", "sales-customer"])(
  "E21: a bookmark under %s is the stream's",
  (id) => {
    const state = State.parse(JSON.stringify({ bookmarks: { [id]: { version: 7 } } }));

    expect(bookmarkOf(state, "Sales-Customer", table)).toEqual({ version: 7 });
  },
);

test.each([
  [
    { replication_key: "At", replication_key_value: "2020-01-01T00:00:00Z" },
    "2020-01-01T00:00:00Z",
  ],
  [{ replication_key: "Other", replication_key_value: 1 }, undefined],
  [{ replication_key_value: 12 }, "12"],
  [{}, undefined],
])("S27: the bookmark %j starts at %s", (bookmark, expected) => {
  expect(replicationValue(bookmark, "At")).toBe(expected);
});

test("a key beyond 2^53 goes into the state and back without losing a digit", () => {
  const values = keyValues([key], { ID: "9223372036854775807" });

  expect(boundTexts([key], values)).toEqual(["9223372036854775807"]);
});

test("a row whose key is null gives no bookmark", () => {
  expect(keyValues([key], { ID: "null" })).toBeUndefined();
});
