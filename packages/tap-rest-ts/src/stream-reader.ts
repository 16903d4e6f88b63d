import { formatReader } from "./decode/index.ts";
import { graphqlReader } from "./graphql.ts";
import type { HttpFailure } from "./http-error.ts";
import type { RecordPage } from "./page.ts";
import type { HttpResponse } from "./request.ts";
import type { RestStream } from "./stream.ts";

/** Makes the reader of a stream's answers. */
export function streamReader(
  stream: RestStream,
): (response: HttpResponse) => RecordPage | HttpFailure {
  const read = formatReader({
    format: stream.recordsFormat,
    path: stream.recordsPath,
    csvDelimiter: stream.csvDelimiter,
  });
  return stream.bodyFormat === "graphql" ? graphqlReader(read) : read;
}
