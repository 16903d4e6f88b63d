import { type RecordBatch, Table, tableFromIPC, tableToIPC } from "apache-arrow";
import type { AddFile } from "../action.ts";
import { RowRuns } from "../arrow/row-runs.ts";
import { takeRuns } from "../arrow/take.ts";
import type { Segment, SpillFile } from "../store/spill-file.ts";
import type { PlannedRewrite } from "./file-rewriter.ts";
import type { FileRewrite } from "./merge-rewrite.ts";

/** What one part of the source does to a file, as it lies in the spill file. */
interface SpooledPart {
  readonly rows: Segment;
  readonly replacements: Segment;
  readonly source: Segment | undefined;
}

interface SpooledFile {
  readonly add: AddFile;
  readonly liveCount: number;
  readonly parts: SpooledPart[];
  placedCount: number;
}

/** Keeps the rewrites of files that several parts of a source touch on disk, until all parts are known. */
export class RewriteSpool {
  readonly #spill: SpillFile;
  readonly #files = new Map<string, SpooledFile>();

  constructor(spill: SpillFile) {
    this.#spill = spill;
  }

  async add({ add, liveCount, rows, replacements, source }: FileRewrite): Promise<void> {
    const part: SpooledPart = {
      rows: await this.#spill.append(bytesOf(rows)),
      replacements: await this.#spill.append(bytesOf(replacements)),
      source:
        source === undefined
          ? undefined
          : await this.#spill.append(tableToIPC(new Table([source]), "stream")),
    };
    const file = this.#files.get(add.path) ?? { add, liveCount, parts: [], placedCount: 0 };
    file.parts.push(part);
    file.placedCount += source?.numRows ?? 0;
    this.#files.set(add.path, file);
  }

  /** One rewrite for each of these files that was added, in their order. */
  planned(adds: Iterable<AddFile>): readonly PlannedRewrite[] {
    return Array.from(adds).flatMap((add) => {
      const file = this.#files.get(add.path);
      return file === undefined
        ? []
        : [{ add, placedCount: file.placedCount, create: () => this.#read(file) }];
    });
  }

  async #read({ add, liveCount, parts }: SpooledFile): Promise<FileRewrite> {
    const read: RewritePart[] = [];
    for (const { rows, replacements, source } of parts) {
      const [batch] =
        source === undefined ? [] : tableFromIPC(await this.#spill.read(source)).batches;
      read.push({
        rows: new Uint32Array((await this.#spill.read(rows)).buffer),
        replacements: new Int32Array((await this.#spill.read(replacements)).buffer),
        source: batch,
      });
    }
    return { add, liveCount, ...joinParts(read) };
  }
}

type RewritePart = Pick<FileRewrite, "rows" | "replacements" | "source">;

/** Merges the rows of the parts, each ascending, into one ascending order. No row of a file is in two parts. */
function joinParts(parts: readonly RewritePart[]): RewritePart {
  const count = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  const rows = new Uint32Array(count);
  const replacements = new Int32Array(count);
  const runs = new RowRuns();
  const next = new Uint32Array(parts.length);
  for (let place = 0; place < count; place += 1) {
    const index = leastPart(parts, next);
    const part = parts[index];
    const at = next[index] ?? 0;
    rows[place] = part?.rows[at] ?? 0;
    const replacement = part?.replacements[at] ?? -1;
    replacements[place] = replacement === -1 ? -1 : runs.rowCount;
    if (replacement !== -1) runs.add(index, replacement);
    next[index] = at + 1;
  }
  return { rows, replacements, source: takeSources(parts, runs) };
}

function leastPart(parts: readonly RewritePart[], next: Uint32Array): number {
  let least = -1;
  let leastRow = Number.POSITIVE_INFINITY;
  for (const [index, { rows }] of parts.entries()) {
    const row = rows[next[index] ?? 0];
    if (row === undefined || row >= leastRow) continue;
    least = index;
    leastRow = row;
  }
  return least;
}

/** Parts without new rows have no batch, and no run names them. */
function takeSources(parts: readonly RewritePart[], runs: RowRuns): RecordBatch | undefined {
  const some = parts.find(({ source }) => source !== undefined)?.source;
  if (some === undefined) return undefined;
  const [first = some, ...others] = parts.map(({ source }) => source ?? some);
  return takeRuns([first, ...others], runs);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
