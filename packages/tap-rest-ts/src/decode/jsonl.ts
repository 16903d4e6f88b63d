import { type JsonValue, parseJson, UserError } from "singer-sdk-ts";
import type { HttpResponse } from "../request.ts";
import { bodyText } from "./text.ts";

/** One JSON value per line; empty lines don't count. */
export function decodeJsonl(response: HttpResponse): readonly JsonValue[] {
  return bodyText(response)
    .split("\n")
    .flatMap((line, index) => (line.trim() === "" ? [] : [parseLine(line, index + 1)]));
}

function parseLine(line: string, number: number): JsonValue {
  try {
    return parseJson(line);
  } catch (cause) {
    throw new UserError("E_RESPONSE", `line ${number} of the answer is not JSON`, {
      cause,
      hint: "set records_format to what the API sends",
    });
  }
}
