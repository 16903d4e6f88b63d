import { XMLParser, XMLValidator } from "fast-xml-parser";
import { type JsonValue, UserError } from "singer-sdk-ts";
import type { HttpResponse } from "../request.ts";
import { bodyText } from "./text.ts";

// Values stay texts, so that numbers keep their digits; a DOCTYPE's entities are not expanded.
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  processEntities: true,
});

/** An XML document as an object: attributes with a leading @, repeated elements as lists, every value a text. */
export function decodeXml(response: HttpResponse): JsonValue {
  const text = bodyText(response);
  const check = XMLValidator.validate(text);
  if (check !== true) {
    throw new UserError(
      "E_RESPONSE",
      `the answer is not XML: line ${check.err.line}: ${check.err.code}`,
      { hint: "check records_format" },
    );
  }
  return parser.parse(text) as JsonValue;
}
