import { type JsonValue, type MessageWriter, type State, selectedSchema } from "singer-sdk-ts";
import { openAhead } from "./ahead.ts";
import { BookmarkTracker, type BookmarkValue, compareBookmarks } from "./bookmark.ts";
import { recordConformer } from "./conform-records.ts";
import { addDuration, parseTime, timeWindows } from "./date-format.ts";
import { streamId } from "./discover.ts";
import { openSlice, type SliceRun } from "./open-slice.ts";
import type { RecordPage } from "./page.ts";
import { addMembers, keepRecords } from "./page-view.ts";
import type { PageToken } from "./paginator/paginator.ts";
import type { PagePlace, PageProgress, ReadPage } from "./read-pages.ts";
import { RepeatFilter } from "./repeat-filter.ts";
import { Resume } from "./resume.ts";
import { deselectedMembers, selectMembers } from "./select-records.ts";
import { type Context, formatEdge, type Slice, windowEdges } from "./slice.ts";
import type { RestStream } from "./stream.ts";
import { StreamBookmarks } from "./stream-bookmarks.ts";
import type { StreamNode } from "./stream-tree.ts";
import { writePage } from "./write-records.ts";

/** What the streams of a run share. */
export interface Run extends SliceRun {
  readonly writer: MessageWriter;
  readonly state: State;
  readonly partitionsMax: number;
  readonly concurrency: number;
  readonly mode: "sync" | "test" | "schema";
}

/** How often policy `restart` reads a slice again before it gives up. */
const restartsMax = 3;

/** A stream on its way: what is kept from slice to slice. */
interface Reading {
  readonly node: StreamNode;
  readonly bookmarks: StreamBookmarks | undefined;
  readonly deselected: ReadonlySet<string>;
  /** Holds the records to their schema, where the stream asks for it. */
  readonly conform: (page: RecordPage) => RecordPage;
  readonly children: readonly Reading[];
  /** False when the records are only read for the children's sake. */
  readonly isWritten: boolean;
  /** False when all records are wanted, whatever the bookmark says. */
  readonly isIncremental: boolean;
  /** Where a full reading goes on. */
  readonly resume: Resume | undefined;
}

/** One slice with the values that a bookmark is kept for. */
interface SliceKey {
  readonly slice: Slice;
  readonly context: Context;
  readonly tracker: BookmarkTracker | undefined;
  /** Records below it are dropped when the API can't filter. */
  readonly floor: BookmarkValue | undefined;
  /** Drops what the run before has sent. */
  readonly repeats: RepeatFilter | undefined;
}

/** Reads one stream and all streams below it: SCHEMAs first, then RECORDs, and a STATE after each drained slice. */
export async function syncTree(node: StreamNode, run: Run): Promise<void> {
  writeSchemas(node, run);
  if (run.mode === "schema") return;
  run.state.currentlySyncing = streamId(node.stream.name);
  const isShared = (child: StreamNode): boolean =>
    node.stream.replicationKey === undefined || child.stream.parent?.isIncremental === true;
  const shared = node.children.filter(isShared);
  const separate = node.children.filter((child) => !isShared(child));
  if (node.entry !== undefined || shared.length > 0) {
    await readAll(
      startReading(node, shared, run, { isWritten: node.entry !== undefined, isIncremental: true }),
      run,
    );
  }
  if (separate.length > 0)
    await readAll(
      startReading(node, separate, run, { isWritten: false, isIncremental: false }),
      run,
    );
  run.state.currentlySyncing = undefined;
  if (run.mode !== "test") run.writer.state(run.state);
  await run.writer.flush();
}

function writeSchemas({ stream, entry, children }: StreamNode, run: Run): void {
  if (entry !== undefined) {
    run.writer.schema({
      stream: stream.name,
      schema: selectedSchema(entry),
      key_properties: stream.primaryKeys,
      ...(stream.replicationKey === undefined
        ? {}
        : { bookmark_properties: [stream.replicationKey] }),
    });
  }
  for (const child of children) writeSchemas(child, run);
}

function startReading(
  node: StreamNode,
  children: readonly StreamNode[],
  run: Run,
  how: Pick<Reading, "isWritten" | "isIncremental">,
): Reading {
  const { stream, entry } = node;
  const { state, partitionsMax, log } = run;
  const { replicationKey, startDate } = stream;
  return {
    node,
    ...how,
    bookmarks:
      replicationKey === undefined || !how.isIncremental
        ? undefined
        : new StreamBookmarks({
            state,
            streamId: streamId(stream.name),
            replicationKey,
            startDate,
            partitionsMax,
            log,
          }),
    conform: recordConformer({ entry, contract: stream.contract, log }),
    deselected: entry === undefined ? new Set() : deselectedMembers(entry),
    resume: stream.isResumable && run.mode === "sync" ? new Resume(stream, state, log) : undefined,
    children: children.map((child) =>
      startReading(child, child.children, run, {
        isWritten: child.entry !== undefined,
        isIncremental: true,
      }),
    ),
  };
}

async function readAll(reading: Reading, run: Run): Promise<void> {
  await readContexts(reading, [{}], run);
  finishBookmarks(reading);
}

function finishBookmarks({ bookmarks, children }: Reading): void {
  bookmarks?.finish();
  for (const child of children) finishBookmarks(child);
}

/** Reads a stream for a number of parents; a stream without a parent has one, which is empty. */
async function readContexts(reading: Reading, parents: Iterable<Context>, run: Run): Promise<void> {
  const { pagination: whole } = reading.node.stream;
  const pagination = run.mode === "test" ? { ...whole, max_pages: 1 } : whole;
  const open = (key: SliceKey, place?: PagePlace): AsyncGenerator<[ReadPage, PageProgress]> =>
    openSlice(reading.node, key.slice, pagination, run, place);
  const { resume } = reading;
  const openFirst = (key: SliceKey): AsyncGenerator<[ReadPage, PageProgress]> =>
    resume === undefined ? open(key) : resume.read((place) => open(key, place));
  for await (const { key, items } of openAhead(
    slices(reading, parents, run),
    run.concurrency,
    openFirst,
  )) {
    let pages = items();
    for (let restarts = 0; ; restarts++) {
      const last = await readSlice(reading, key, pages, run);
      if (last?.isLimited === true) holdBookmark(reading, key, run);
      const doubt = last?.doubt;
      if (doubt === undefined) break;
      await run.client.forgetAnswers();
      const { integrity, name } = reading.node.stream;
      if (integrity === "fail" || (integrity === "restart" && restarts >= restartsMax)) throw doubt;
      run.log.warn("integrity", {
        stream: name,
        code: doubt.code,
        reason: doubt.message,
        policy: integrity,
      });
      if (integrity === "warn") break;
      pages = open(key);
    }
    saveBookmark(reading, key, run);
    if (run.mode === "test") return;
  }
}

/** All readings that a stream needs, one after the other: parents × partitions × windows. */
function* slices(reading: Reading, parents: Iterable<Context>, run: Run): Generator<SliceKey> {
  const { stream } = reading.node;
  const partitions =
    stream.partitions.length === 0 ? [{}] : (stream.partitions as readonly Context[]);
  for (const parent of parents) {
    for (const partition of partitions) {
      const context = { ...parent, ...partition };
      const bookmark = reading.bookmarks?.start(context);
      const key = stream.replicationKey;
      const tracker =
        key === undefined || reading.bookmarks === undefined
          ? undefined
          : new BookmarkTracker(key, bookmark);
      const repeats =
        tracker === undefined || key === undefined || stream.incremental.skip_repeated !== true
          ? undefined
          : new RepeatFilter(key, bookmark, reading.bookmarks?.digests(context) ?? []);
      const floor = lookedBack(bookmark, stream);
      const edges = reading.isIncremental
        ? sliceEdges(stream, floor, run)
        : [{ start: undefined, end: undefined }];
      for (const { start, end } of edges) {
        const slice = {
          partition,
          parent,
          start: formatEdge(start, stream),
          end: formatEdge(end, stream),
        };
        yield { slice, context, tracker, floor, repeats };
      }
    }
  }
}

function lookedBack(
  bookmark: BookmarkValue | undefined,
  { lookback }: RestStream,
): BookmarkValue | undefined {
  if (bookmark === undefined || lookback === undefined) return bookmark;
  return new Date(addDuration(parseTime(String(bookmark)), lookback, -1)).toISOString();
}

/** From where to where to read: windows when there is a step, one stretch otherwise. */
function* sliceEdges(
  stream: RestStream,
  floor: BookmarkValue | undefined,
  run: Run,
): Generator<{ start: string | undefined; end: string | undefined }> {
  const { end_date: endDate, end_param: endParam } = stream.incremental;
  const start = floor === undefined ? undefined : String(floor);
  const end =
    endDate ??
    (endParam === undefined && stream.step === undefined ? undefined : new Date().toISOString());
  if (stream.step === undefined || start === undefined || end === undefined) {
    yield { start, end };
    return;
  }
  let windowCount = 0;
  for (const window of timeWindows(parseTime(start), parseTime(end), stream.step)) {
    windowCount++;
    yield windowEdges(window);
  }
  if (windowCount === 0) run.log.info("nothing_new", { stream: stream.name, start, end });
}

/** Writes all pages of a slice and reads the children of each; returns the sequence, which knows how the reading ended. */
async function readSlice(
  reading: Reading,
  key: SliceKey,
  pages: AsyncGenerator<[ReadPage, PageProgress]>,
  run: Run,
): Promise<PageProgress | undefined> {
  const { stream } = reading.node;
  let last: PageProgress | undefined;
  for await (const [{ page, nextToken }, sequence] of pages) {
    last = sequence;
    const missingCount = key.tracker?.observe(page) ?? 0;
    if (missingCount > 0)
      run.log.warn("replication_key_missing", { stream: stream.name, records: missingCount });
    const wanted =
      stream.incremental.filter === "client" ? keepFrom(page, key.floor, stream) : page;
    const kept = key.repeats?.drop(wanted) ?? wanted;
    if (reading.isWritten) {
      const whole = reading.conform(
        selectMembers(
          addMembers(kept, includedFields(stream, key.slice.parent)),
          reading.deselected,
        ),
      );
      await writePage(
        run.writer,
        stream.name,
        whole,
        run.mode === "test" ? Math.min(1, whole.recordCount) : undefined,
      );
    }
    await readChildren(reading, kept, run);
    if (stream.incremental.is_sorted === true) saveBookmark(reading, key, run);
    savePlace(reading, nextToken, sequence, run);
  }
  return last;
}

async function readChildren(reading: Reading, page: RecordPage, run: Run): Promise<void> {
  for (const child of reading.children)
    await readContexts(child, parentContexts(child.node.stream, page), run);
}

/** The fields that a child wants of each record of its parent. */
function* parentContexts({ parent }: RestStream, page: RecordPage): Generator<Context> {
  for (let index = 0; index < page.recordCount; index++) {
    const record = page.value(index);
    const fields = Array.from(parent?.fields ?? [], ([name, path]): [string, JsonValue] => [
      name,
      path.first(record) ?? null,
    ]);
    yield Object.fromEntries(fields);
  }
}

function includedFields({ parent }: RestStream, context: Context): Context {
  return Object.fromEntries((parent?.include ?? []).map((name) => [name, context[name] ?? null]));
}

/** The records whose replication key is not below `floor`; a record without the key is kept. */
function keepFrom(
  page: RecordPage,
  floor: BookmarkValue | undefined,
  { replicationKey }: RestStream,
): RecordPage {
  if (floor === undefined || replicationKey === undefined) return page;
  const tracker = (index: number): BookmarkValue | undefined =>
    BookmarkTracker.valueOf(page, index, replicationKey);
  return keepRecords(page, (index) => {
    const value = tracker(index);
    return value === undefined || compareBookmarks(value, floor) >= 0;
  });
}

/**
 * `max_pages` or `max_records` left records out. In an unsorted stream they may lie anywhere, so the bookmark stays; in a
 * sorted one it has moved with the pages, and stays there for the windows that follow.
 */
function holdBookmark({ node, bookmarks }: Reading, { tracker }: SliceKey, run: Run): void {
  if (bookmarks === undefined || tracker === undefined || tracker.isHeld || run.mode === "test")
    return;
  tracker.hold();
  run.log.warn("bookmark_held", {
    stream: node.stream.name,
    reason: "max_pages or max_records ended the reading before its last page",
    ...(node.stream.incremental.is_sorted === true
      ? {}
      : { hint: "set incremental.is_sorted if the API sorts by the replication key" }),
  });
}

/** Keeps the next page of a full reading, and prints the state; a reading that max_pages ended has no next page to keep. */
function savePlace(
  { resume }: Reading,
  nextToken: PageToken | undefined,
  { isLimited, recordCount }: PageProgress,
  run: Run,
): void {
  if (resume === undefined || isLimited) return;
  resume.move(nextToken === undefined ? undefined : { token: nextToken, recordCount });
  run.writer.state(run.state);
}

/** Moves the bookmark to what was read, and prints the state. */
function saveBookmark(
  { bookmarks }: Reading,
  { context, tracker, repeats }: SliceKey,
  run: Run,
): void {
  if (bookmarks === undefined || tracker?.largest === undefined) return;
  if (tracker.isHeld || run.mode === "test") return;
  bookmarks.move(context, tracker.largest, repeats?.digests ?? []);
  run.writer.state(run.state);
}
