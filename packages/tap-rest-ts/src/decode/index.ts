import { type JsonValue, UserError } from "singer-sdk-ts";
import type { HttpFailure } from "../http-error.ts";
import type { JsonPath } from "../json/path.ts";
import { pageReader, type RecordPage, recordsPage } from "../page.ts";
import type { HttpResponse } from "../request.ts";
import { decodeCsv } from "./csv.ts";
import { decodeJsonl } from "./jsonl.ts";
import { unzipped } from "./text.ts";
import { decodeXml } from "./xml.ts";

/** What a response body is written in. */
export type RecordsFormat = "json" | "jsonl" | "csv" | "xml";

export interface DecodeOptions {
  readonly format: RecordsFormat;
  readonly path: JsonPath;
  readonly csvDelimiter: string;
}

/** Makes the reader of a stream's pages. For JSON Lines and CSV every line is a record, so `path` is not used there. */
export function formatReader(
  options: DecodeOptions,
): (response: HttpResponse) => RecordPage | HttpFailure {
  if (options.format === "json") {
    const read = pageReader(options.path);
    return (response) => read({ ...response, body: unzipped(response.body) });
  }
  return (response) => {
    if (response.status === 204) return recordsPage(response, [], {});
    try {
      const { records, envelope } = decode(response, options);
      return recordsPage(response, records, envelope);
    } catch (error) {
      if (error instanceof UserError) return { error, isPassing: false };
      throw error;
    }
  };
}

function decode(
  response: HttpResponse,
  { format, path, csvDelimiter }: DecodeOptions,
): { readonly records: readonly JsonValue[]; readonly envelope: JsonValue } {
  switch (format) {
    case "jsonl":
      return { records: decodeJsonl(response), envelope: {} };
    case "csv":
      return { records: decodeCsv(response, csvDelimiter), envelope: {} };
    default: {
      const envelope = decodeXml(response);
      const selected = path.values(envelope);
      const [only] = selected;
      // One element is an object, several are a list: the path need not care.
      return {
        records:
          selected.length === 1 && Array.isArray(only) ? (only as readonly JsonValue[]) : selected,
        envelope,
      };
    }
  }
}
