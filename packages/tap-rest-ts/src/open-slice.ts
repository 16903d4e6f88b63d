import { type CatalogStream, isSelected, type Log, UserError } from "singer-sdk-ts";
import { OffsetReset } from "./offset-reset.ts";
import { openBody } from "./open-body.ts";
import { isJsonObject } from "./page.ts";
import type { PaginationSettings } from "./paginator/index.ts";
import { chunkLists } from "./property-chunks.ts";
import { type PagePlace, type PageProgress, PageSequence, type ReadPage } from "./read-pages.ts";
import type { Authenticator, HttpClient } from "./request.ts";
import { shapePage } from "./shape-records.ts";
import { formatEdge, type Slice, sliceRequest } from "./slice.ts";
import type { RestStream } from "./stream.ts";
import { streamReader } from "./stream-reader.ts";

/** What reading a slice needs of the run. */
export interface SliceRun {
  readonly client: HttpClient;
  readonly authenticatorOf: (stream: RestStream) => Authenticator;
  readonly config: Readonly<Record<string, unknown>>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** A stream, and which properties the catalog selects. */
export interface SliceStream {
  readonly stream: RestStream;
  readonly entry: CatalogStream | undefined;
}

/**
 * Reads one slice page by page, in the stream's own shape. Past `offset_max` it starts again from the last record's
 * replication key, and what the first reading said of the whole is held against all readings together.
 */
export async function* openSlice(
  { stream, entry }: SliceStream,
  slice: Slice,
  pagination: PaginationSettings,
  run: SliceRun,
  startPlace?: PagePlace,
): AsyncGenerator<[ReadPage, PageProgress]> {
  if (stream.isBodyStreamed) {
    yield* openBody(stream, slice, pagination, run);
    return;
  }
  const { replicationKey, primaryKeys } = stream;
  const reset =
    pagination.offset_max === undefined || replicationKey === undefined
      ? undefined
      : new OffsetReset({ stream: stream.name, replicationKey, primaryKeys });
  let current = slice;
  let total: number | undefined;
  let doubt: UserError | undefined;
  for (let readings = 1; ; readings++) {
    const sequence = openSequence({ stream, entry }, current, pagination, {
      ...run,
      startPlace: readings === 1 ? startPlace : undefined,
    });
    for await (const read of sequence.pages()) {
      const page = reset === undefined ? read.page : reset.observe(read.page);
      yield [{ ...read, page: shapePage(page, stream.shape) }, sequence];
    }
    if (readings === 1) total = sequence.total;
    doubt ??= sequence.doubt;
    sequence.doubt = doubt;
    if (reset === undefined || !sequence.isCapped || sequence.isLimited) {
      if (readings > 1 && reset !== undefined)
        sequence.doubt ??= countDoubt(stream, reset.recordCount, total, pagination);
      return;
    }
    const start = formatEdge(String(reset.restart()), stream);
    if (start === current.start) throw reset.stuck();
    run.log.info("offset_reset", { stream: stream.name, records: reset.recordCount, start });
    current = { ...current, start };
  }
}

/** Many APIs that cap the offset cap the total as well: such a total says nothing. */
function countDoubt(
  { name }: RestStream,
  recordCount: number,
  total: number | undefined,
  { offset_max: offsetMax }: PaginationSettings,
): UserError | undefined {
  if (total === undefined || total === offsetMax || total === recordCount) return undefined;
  const message = `stream ${name}: read ${recordCount} records, but the API's total is ${total}`;
  return new UserError("E_TOTAL", message, { hint: "rows moved while they were read; run again" });
}

function openSequence(
  { stream, entry }: SliceStream,
  slice: Slice,
  pagination: PaginationSettings,
  run: SliceRun & { readonly startPlace: PagePlace | undefined },
): PageSequence {
  const { client, authenticatorOf, log, signal, startPlace } = run;
  const { propertyChunks: chunks, primaryKeys } = stream;
  const names = chunks?.properties ?? selectedProperties(entry);
  return new PageSequence({
    stream: stream.name,
    request: sliceRequest(stream, slice, run.config),
    client,
    authenticator: authenticatorOf(stream),
    readPage: streamReader(stream),
    pagination,
    primaryKeys,
    uniqueKeys: isReshaped(stream) ? [] : primaryKeys,
    ...(chunks === undefined || names.length === 0
      ? {}
      : {
          propertyLists: {
            param: chunks.param,
            lists: chunkLists(names, keyProperties(stream), chunks),
          },
        }),
    signal,
    log,
    ...(startPlace === undefined ? {} : { startPlace }),
  });
}

/** Keys of records that are made here say nothing of the records that the API pages. */
function isReshaped({ shape, primaryKeys }: RestStream): boolean {
  return shape.expand !== undefined || primaryKeys.some((key) => shape.fields.has(key));
}

function keyProperties({ primaryKeys, replicationKey }: RestStream): readonly string[] {
  return [...new Set([...primaryKeys, ...(replicationKey === undefined ? [] : [replicationKey])])];
}

function selectedProperties(entry: CatalogStream | undefined): readonly string[] {
  const properties = entry?.schema["properties"];
  if (entry === undefined || !isJsonObject(properties)) return [];
  return Object.keys(properties).filter((name) => isSelected(entry, ["properties", name]));
}
