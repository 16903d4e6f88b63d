import { createReadStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { UserError } from "singer-sdk-ts";
import { networkFailure, shownUrl } from "./http-error.ts";
import { CutError, type CutRecords, cutLines, cutStream } from "./json/cut-stream.ts";
import type { SliceRun } from "./open-slice.ts";
import { type RecordPage, slicedPage } from "./page.ts";
import type { PaginationSettings } from "./paginator/index.ts";
import type { PageProgress, ReadPage } from "./read-pages.ts";
import type { HttpRequest, HttpResponse } from "./request.ts";
import { shapePage } from "./shape-records.ts";
import { type Slice, sliceRequest } from "./slice.ts";
import type { RestStream } from "./stream.ts";

/** Bytes read from the file at once. */
const chunkBytes = 1 << 18;

/**
 * Reads an answer of any size in flat memory. It goes to a temporary file first: a transfer that breaks is tried again
 * before any of its records is sent, so that none is sent twice.
 */
export async function* openBody(
  stream: RestStream,
  slice: Slice,
  pagination: PaginationSettings,
  run: SliceRun,
): AsyncGenerator<[ReadPage, PageProgress]> {
  const folder = await mkdtemp(join(tmpdir(), "tap-rest-ts-"));
  try {
    const { scope: _scope, ...request } = sliceRequest(stream, slice, run.config);
    const file = join(folder, "body");
    const response = await download({ ...request, bodyFile: file }, stream, run);
    const progress = { doubt: undefined, isLimited: false, recordCount: 0 };
    for await (const page of pages(stream, response, file)) {
      progress.recordCount += page.recordCount;
      const { max_pages: pagesMax, max_records: recordsMax } = pagination;
      progress.isLimited =
        pagesMax === 1 || progress.recordCount >= (recordsMax ?? Number.POSITIVE_INFINITY);
      yield [{ page: shapePage(page, stream.shape), nextToken: undefined }, progress];
      if (progress.isLimited) return;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function download(
  request: HttpRequest,
  stream: RestStream,
  { client, authenticatorOf, signal }: SliceRun,
): Promise<HttpResponse> {
  return client.fetch(request, authenticatorOf(stream), (response) => response, signal);
}

async function* pages(
  stream: RestStream,
  response: HttpResponse,
  file: string,
): AsyncGenerator<RecordPage> {
  // A body in memory was answered with another status, by a rule or by a cassette.
  const chunks = response.body.length > 0 || response.status !== 200 ? [response.body] : undefined;
  const body = chunks === undefined ? await unpacked(file) : fromMemory(chunks);
  const { names } = stream.recordsPath;
  const encoded = (names ?? []).map((name) => Buffer.from(JSON.stringify(name).slice(1, -1)));
  const cut = stream.recordsFormat === "jsonl" ? cutLines(body) : cutStream(body, encoded);
  if (response.status === 204) return;
  try {
    for await (const records of cut) yield windowPage(response, records);
  } catch (fault) {
    throw bodyError(fault, response, stream);
  }
}

async function* fromMemory(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

/** The file's bytes, unpacked when they are a gzip file (RFC 1952, section 2.3.1). */
async function unpacked(file: string): Promise<AsyncIterable<Uint8Array>> {
  const handle = await open(file);
  const magic = Buffer.alloc(2);
  await handle.read(magic, 0, 2, 0);
  await handle.close();
  const bytes = createReadStream(file, { highWaterMark: chunkBytes });
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) return bytes;
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  bytes.once("error", (error) => gunzip.destroy(error));
  return bytes.pipe(gunzip);
}

function windowPage(response: HttpResponse, { body, starts, ends }: CutRecords): RecordPage {
  const [start = 0, end = 0] = [starts[0], ends.at(-1)];
  const page = slicedPage(response, body, { type: "slices", starts, ends, start, end });
  if ("error" in page) throw page.error;
  return page;
}

function bodyError(fault: unknown, response: HttpResponse, stream: RestStream): unknown {
  const shown = shownUrl(response.url);
  if (fault instanceof CutError) {
    const { why, position } = fault;
    if (why === "absent") {
      const message = `the answer of ${shown} has nothing at records_path ${stream.recordsPath.text}`;
      return new UserError("E_RECORDS_PATH", message, { hint: "correct records_path" });
    }
    const what = why === "early end" ? "it ends early" : `it is ${why}`;
    const message = `the answer of ${shown} is not JSON: ${what} at byte ${position}`;
    return new UserError("E_RESPONSE_JSON", message, { hint: "check what the API sends" });
  }
  const isPacking =
    fault instanceof Error && "code" in fault && String(fault.code).startsWith("Z_");
  return isPacking ? networkFailure(fault, "GET", response.url).error : fault;
}
