import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { type BatchLink, LinkBuilder, parseLinks } from "./batch-link.ts";
import { ResumeWindow } from "./resume-window.ts";

/** One hash per row of the source, as four lanes. */
function lanesOf(rows: readonly number[]): Int32Array {
  return Int32Array.from(rows.flatMap((row) => [row, row * 31, row ^ 0x5555, row + 7]));
}

function linkOf(rows: readonly number[]): BatchLink {
  const builder = new LinkBuilder();
  builder.add(lanesOf(rows), 0, rows.length);
  const link = builder.cut();
  if (link === undefined) throw new Error("a link needs a row");
  return link;
}

/** The rows a window lets pass, given in pieces of `size`. */
function passed(
  chain: readonly BatchLink[],
  rows: readonly number[],
  size: number,
): readonly number[] {
  const window = new ResumeWindow(chain);
  for (let first = 0; first < rows.length; first += size)
    window.add(lanesOf(rows.slice(first, first + size)));
  window.close();
  return rows.slice(window.droppedCount);
}

test("a link does not depend on the cuts between batches", () => {
  const builder = new LinkBuilder();
  for (const row of [1, 2, 3]) builder.add(lanesOf([row]), 0, 1);

  expect(builder.cut()).toEqual(linkOf([1, 2, 3]));
  expect(builder.cut()).toBeUndefined();
});

test("links survive JSON, and anything else is no link", () => {
  expect(parseLinks(JSON.parse(JSON.stringify([linkOf([1]), { n: 1 }, null, 3])))).toEqual([
    linkOf([1]),
  ]);
  expect(parseLinks(undefined)).toEqual([]);
});

const chain = [linkOf([1, 2, 3]), linkOf([4, 5]), linkOf([6, 7, 8])];

test.each<[string, number[], number[]]>([
  ["everything is sent again", [1, 2, 3, 4, 5, 6, 7, 8], []],
  ["everything is sent again, with a longer tail", [1, 2, 3, 4, 5, 6, 7, 8, 9], [9]],
  ["a restart between two links", [4, 5, 6, 7, 8, 9], [9]],
  ["a restart at the last link", [6, 7, 8, 9], [9]],
  ["nothing is sent again", [9, 10], [9, 10]],
  ["an inclusive bookmark before a link", [5, 6, 7, 8, 9], [9]],
  ["an inclusive bookmark after the last link", [8, 9], [9]],
  ["only the rows at the bookmark", [8], []],
  ["the source changed inside a link", [4, 5, 6, 99, 8], [6, 99, 8]],
  ["the stream ends inside a link", [6, 7], []],
])("%s", (_fact, rows, expected) => {
  expect(passed(chain, rows, 1)).toEqual(expected);
  expect(passed(chain, rows, 3)).toEqual(expected);
  expect(passed(chain, rows, 100)).toEqual(expected);
});

test("a new run decides at its first row", () => {
  const window = new ResumeWindow(chain);
  window.add(lanesOf([9]));

  expect(window.isOpen).toBe(false);
});

test("after a load that ended without a bookmark the same rows are a new load", () => {
  expect(passed([{ ...linkOf([1, 2, 3]), end: true }], [1, 2, 3], 2)).toEqual([1, 2, 3]);
});

test("kills and restarts at any link boundary, other batch sizes, a growing source, an inclusive bookmark: no row twice, none lost", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          batchRows: fc.integer({ min: 1, max: 9 }),
          commits: fc.integer({ min: 0, max: 4 }),
          back: fc.nat(6),
          growth: fc.nat(20),
        }),
        { minLength: 1, maxLength: 8 },
      ),
      fc.boolean(),
      fc.integer({ min: 1, max: 12 }),
      (runs, isInclusive, piece) => {
        const links: BatchLink[] = [];
        const boundaries = [0];
        const table: number[] = [];
        let sourceCount = 10;
        for (const run of [...runs, { batchRows: 5, commits: 1000, back: 0, growth: 0 }]) {
          sourceCount += run.growth;
          const restart = boundaries.at(-1 - Math.min(run.back, boundaries.length - 1)) ?? 0;
          const first = isInclusive && restart > 0 ? restart - 1 : restart;
          const source = Array.from(
            { length: sourceCount - first },
            (_row, index) => 1000 + first + index,
          );
          const rows = passed(links, source, piece);
          for (let commit = 0; commit < run.commits; commit++) {
            const batch = rows.slice(commit * run.batchRows, (commit + 1) * run.batchRows);
            if (batch.length === 0) break;
            links.push(linkOf(batch));
            table.push(...batch);
            boundaries.push(table.length);
          }
        }
        expect(table).toEqual(Array.from({ length: sourceCount }, (_row, index) => 1000 + index));
      },
    ),
  );
});
