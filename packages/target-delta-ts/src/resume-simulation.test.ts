import { expect, test } from "@jest/globals";
import { Field, Int64, type RecordBatch, Schema } from "apache-arrow";
import {
  append,
  arrowToDelta,
  buildBatch,
  DataFileWriter,
  DeltaTable,
  MemoryStore,
} from "delta-lake-ts";
import { FaultyStore, NO_FAULTS, type Process, Random, Scheduler } from "delta-lake-ts/sim";
import { type BatchLink, LinkBuilder, parseLinks } from "./batch-link.ts";
import { RowFilter } from "./load/row-filter.ts";
import { hashRows } from "./row-hash.ts";

const ROWS = 24;
const BATCH_ROWS_MAX = 5;
const KILL_RATE = 0.03;
const arrow = new Schema([new Field("id", new Int64(), true)]);
const schema = arrowToDelta(arrow);

type Filter = Pick<RowFilter, "take" | "close" | "cut">;

/** How rows that come again are recognised: as the target does, or with a bug. */
const filters = {
  "as built": (chain) => new RowFilter(chain),
  "without a resume window": () => new RowFilter([]),
  "by whole batches only": (chain) => new WholeBatches(chain),
  "with the rows of an inclusive bookmark kept": (chain) =>
    new RowFilter(chain.map((link) => ({ ...link, tail: [] }))),
} satisfies Record<string, (chain: readonly BatchLink[]) => Filter>;

/** A planted bug: drops a batch that is a link's, cut for cut, and nothing else. */
class WholeBatches implements Filter {
  readonly #known: ReadonlySet<string>;
  readonly #links: BatchLink[] = [];

  constructor(chain: readonly BatchLink[]) {
    this.#known = new Set(chain.map(({ h }) => h));
  }

  take(batch: RecordBatch): RecordBatch[] {
    const builder = new LinkBuilder();
    builder.add(hashRows(batch, ["id"]), 0, batch.numRows);
    const link = builder.cut();
    if (link === undefined || this.#known.has(link.h)) return [];
    this.#links.push(link);
    return [batch];
  }

  close(): RecordBatch[] {
    return [];
  }

  cut(): readonly BatchLink[] {
    return this.#links.splice(0);
  }
}

/** One life of a pipeline: from the STATE that was kept last to the end of the source. */
async function runPipeline(
  { scheduler, process, store }: { scheduler: Scheduler; process: Process; store: MemoryStore },
  kept: { row: number },
  createFilter: (chain: readonly BatchLink[]) => Filter,
): Promise<void> {
  const faulty = new FaultyStore(store, { scheduler, process, rates: () => NO_FAULTS });
  const runtime = scheduler.runtimeOf(process);
  const table = await DeltaTable.open(faulty);
  const history = (await table?.history()) ?? [];
  const filter = createFilter(
    history.toReversed().flatMap((commit) => parseLinks(Reflect.get(commit, "links"))),
  );
  const commit = async (batches: readonly RecordBatch[], restartRow: number): Promise<void> => {
    const writer = new DataFileWriter(faulty, { schema, runtime });
    for (const batch of batches) await writer.write(batch);
    const files = await writer.close();
    const links = filter.cut(restartRow);
    if (files.length === 0) return;
    await append(faulty, files, { createIfMissing: { schema }, commitInfo: { links }, runtime });
  };
  // The tap's bookmark is inclusive: it sends the last row again.
  const first = Math.max(kept.row - 1, 0);
  for (let row = first; row < ROWS; ) {
    const end = Math.min(ROWS, row + 1 + scheduler.random.below(BATCH_ROWS_MAX));
    const ids = Array.from({ length: end - row }, (_id, index) => ({ id: BigInt(row + index) }));
    const passed = filter.take(buildBatch(arrow, ids), row - first);
    const isEnd = end === ROWS;
    await commit(isEnd ? [...passed, ...filter.close()] : passed, end - first);
    row = end;
    const isKept = isEnd || passed.length > 0;
    if (isKept) await scheduler.effect(process, () => Promise.resolve(void (kept.row = end)));
  }
}

/** The ids of the table after a run with kills that the seed decides. */
async function simulate(seed: number, createFilter: (chain: readonly BatchLink[]) => Filter) {
  const random = new Random(seed);
  const scheduler = new Scheduler(random);
  const store = new MemoryStore();
  const kept = { row: 0 };
  scheduler.spawn(
    "pipeline",
    (process) => runPipeline({ scheduler, process, store }, kept, createFilter),
    { canBeKilled: true },
  );
  await scheduler.run(() => KILL_RATE);
  expect(scheduler.failures).toEqual([]);
  const ids: number[] = [];
  for await (const batch of (await DeltaTable.open(store))?.read() ?? [])
    for (const id of batch.getChild("id") ?? []) ids.push(Number(id));
  return ids.toSorted((a, b) => a - b);
}

const source = Array.from({ length: ROWS }, (_row, id) => id);
const seeds = Array.from({ length: 42 }, (_seed, index) => index + 1);

test("killed anywhere and started again with other batches and an inclusive bookmark, no row is lost or doubled", async () => {
  for (const seed of seeds.slice(0, 15))
    expect([seed, await simulate(seed, filters["as built"])]).toEqual([seed, source]);
});

test.each([
  "without a resume window",
  "by whole batches only",
  "with the rows of an inclusive bookmark kept",
] as const)("the simulation finds the planted bug of a target %s", async (bug) => {
  let isCaught = false;
  for (const seed of seeds) {
    const ids = await simulate(seed, filters[bug]);
    isCaught ||= ids.length !== source.length;
    if (isCaught) break;
  }

  expect(isCaught).toBe(true);
});
