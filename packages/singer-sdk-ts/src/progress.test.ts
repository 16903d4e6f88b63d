import { describe, expect, test } from "@jest/globals";
import { Progress, partitionBookmark, withPartition } from "./progress.ts";

const stream = "orders";
const replicationKey = "changed";

describe("Progress", () => {
  test("a sorted stream's bookmark follows the rows", () => {
    const progress = new Progress(
      { replication_key: "changed", replication_key_value: 5, version: 7 },
      { stream, replicationKey, isSorted: true },
    );

    progress.advance(6);

    expect(progress.current()).toEqual({
      version: 7,
      replication_key: "changed",
      replication_key_value: 6,
      starting_replication_value: 5,
    });
    expect(progress.finished()).toEqual({
      version: 7,
      replication_key: "changed",
      replication_key_value: 6,
    });
  });

  test("an unsorted stream's bookmark stands still until it is finished", () => {
    const progress = new Progress(
      { replication_key_value: "2024-01-01" },
      { stream, replicationKey, isSorted: false, signpost: "2024-03-01" },
    );

    progress.advance("2024-04-01");
    progress.advance("2024-02-01");

    expect(progress.current()).toEqual({
      replication_key: "changed",
      replication_key_value: "2024-01-01",
      starting_replication_value: "2024-01-01",
      replication_key_signpost: "2024-03-01",
      progress_markers: {
        Note: "Progress is not resumable if interrupted.",
        replication_key: "changed",
        replication_key_value: "2024-04-01",
      },
    });
    expect(progress.finished()).toEqual({
      replication_key: "changed",
      replication_key_value: "2024-03-01",
    });
  });

  test("what an interrupted run left is dropped", () => {
    const interrupted = {
      replication_key_value: 1,
      starting_replication_value: 1,
      replication_key_signpost: 9,
      progress_markers: { replication_key_value: 8 },
    };

    const progress = new Progress(interrupted, { stream, replicationKey, isSorted: false });

    expect(progress.start).toBe(1);
    expect(progress.finished()).toEqual({ replication_key: "changed", replication_key_value: 1 });
  });

  test.each([
    ["no row keeps the start", 5, [], undefined, 5],
    ["rows below the start do not move it back", 5, [3], undefined, 5],
    ["a signpost below the start does not, either", 5, [9], 4, 5],
    [
      "integers beyond a double are compared exactly",
      9007199254740993n,
      [9007199254740994n],
      undefined,
      9007199254740994n,
    ],
  ])("%s", (_name, start, values, signpost, expected) => {
    const progress = new Progress(
      { replication_key_value: start },
      { stream, replicationKey, isSorted: false, ...(signpost !== undefined && { signpost }) },
    );

    for (const value of values) progress.advance(value);

    expect(progress.finished()["replication_key_value"]).toBe(expected);
  });

  test("a bookmark of another key is not taken for this one", () => {
    const bookmark = { replication_key: "id", replication_key_value: 5 };

    const progress = new Progress(bookmark, { stream, replicationKey, isSorted: true });

    expect(progress.start).toBeUndefined();
  });

  test("a sorted stream that goes back is an error", () => {
    const progress = new Progress(undefined, { stream, replicationKey, isSorted: true });
    progress.advance(2);

    expect(() => progress.advance(1)).toThrow(expect.objectContaining({ code: "E_UNSORTED" }));
  });
});

test("a partition is found by its context, keys in any order, and replaced in its place", () => {
  const first = withPartition({ version: 1 }, { a: 1, b: "x" }, { replication_key_value: 1 });
  const second = withPartition(first, { a: 2, b: "x" }, { replication_key_value: 2 });

  const changed = withPartition(second, { b: "x", a: 1 }, { replication_key_value: 3 });

  expect(partitionBookmark(changed, { a: 1, b: "x" })).toMatchObject({ replication_key_value: 3 });
  expect(changed).toEqual({
    version: 1,
    partitions: [
      { context: { b: "x", a: 1 }, replication_key_value: 3 },
      { context: { a: 2, b: "x" }, replication_key_value: 2 },
    ],
  });
  expect(partitionBookmark(changed, { a: 3 })).toBeUndefined();
});
