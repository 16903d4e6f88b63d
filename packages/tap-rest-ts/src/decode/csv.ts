import { CsvError, parse } from "csv-parse/sync";
import { type JsonValue, UserError } from "singer-sdk-ts";
import type { HttpResponse } from "../request.ts";
import { bodyText } from "./text.ts";

/** Rows of a CSV file with a header line; every value is a text, an empty unquoted one is null. Source: RFC 4180. */
export function decodeCsv(response: HttpResponse, delimiter: string): readonly JsonValue[] {
  const text = bodyText(response);
  try {
    return parse(text, {
      columns: true,
      delimiter,
      skip_empty_lines: true,
      cast: (value, { quoting, header }) => (header || quoting || value !== "" ? value : null),
    }) as unknown as readonly JsonValue[];
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new UserError("E_RESPONSE", `the answer is not CSV: ${cause.code}`, {
      cause,
      hint: "check records_format and csv_delimiter",
    });
  }
}
