import { type CatalogStream, isSelected, type JsonValue } from "singer-sdk-ts";
import { isJsonObject, type RecordPage, recordsPage } from "./page.ts";

/** The names of the top-level members that the catalog deselects. */
export function deselectedMembers(stream: CatalogStream): ReadonlySet<string> {
  const properties = stream.schema["properties"];
  const names = isJsonObject(properties) ? Object.keys(properties) : [];
  return new Set(names.filter((name) => !isSelected(stream, ["properties", name])));
}

/** The page without the deselected members; the same page when there are none, so that its bytes are written as they are. */
export function selectMembers(page: RecordPage, deselected: ReadonlySet<string>): RecordPage {
  if (deselected.size === 0) return page;
  const records = Array.from({ length: page.recordCount }, (_, index) =>
    withoutMembers(page.value(index), deselected),
  );
  return recordsPage(page.response, records, null);
}

function withoutMembers(record: JsonValue, deselected: ReadonlySet<string>): JsonValue {
  if (!isJsonObject(record)) return record;
  return Object.fromEntries(Object.entries(record).filter(([name]) => !deselected.has(name)));
}
