import { type Answer, failure, json, type WorkspaceRequest } from "./answer.ts";

/** A table as Unity Catalog has it; other fields are kept as they came. */
export interface CatalogEntry {
  readonly table_id: string;
  readonly table_type: string;
  readonly data_source_format: string;
  readonly storage_location: string;
  readonly [field: string]: unknown;
}

export interface UnityCatalogOptions {
  /** By catalog.schema.table; tables that are entered are added. */
  readonly tables: Map<string, CatalogEntry>;
  /** What is lent for a place: the cloud's part of the answer, and `expiration_time`. */
  readonly lend: (location: string) => Readonly<Record<string, unknown>>;
}

const ROOT = "/api/2.1/unity-catalog";

/** Answers the part of Unity Catalog that external writers use: tables, and credentials for their places. */
export function answerCatalog(
  { tables, lend }: UnityCatalogOptions,
  request: WorkspaceRequest,
): Answer {
  const path = request.path.slice(ROOT.length);
  const body = request.body.length === 0 ? {} : fieldsOf(request.body);
  if (request.method === "GET" && path.startsWith("/tables/")) {
    const name = path.slice("/tables/".length);
    const found = tables.get(name);
    return found === undefined
      ? failure(404, "TABLE_DOES_NOT_EXIST", `Table '${name}' does not exist.`)
      : json(found);
  }
  if (path === "/tables") return enter(tables, body);
  if (path === "/temporary-path-credentials") {
    const location = String(body["url"]);
    const isTaken = [...tables.values()].some((table) => table.storage_location === location);
    return isTaken
      ? failure(403, "PERMISSION_DENIED", `${location} is the place of a table.`)
      : json(lend(location));
  }
  if (path === "/temporary-table-credentials") {
    const found = [...tables.values()].find((table) => table.table_id === body["table_id"]);
    return found === undefined
      ? failure(404, "TABLE_DOES_NOT_EXIST", "No table has this id.")
      : json(lend(found.storage_location));
  }
  return failure(404, "ENDPOINT_NOT_FOUND", `No API found for ${request.method} ${request.path}`);
}

function enter(tables: Map<string, CatalogEntry>, body: Readonly<Record<string, unknown>>): Answer {
  const name = [body["catalog_name"], body["schema_name"], body["name"]].join(".");
  if (tables.has(name))
    return failure(409, "TABLE_ALREADY_EXISTS", `Table '${name}' already exists.`);
  const entry: CatalogEntry = {
    ...body,
    table_id: `id-${tables.size + 1}`,
    table_type: String(body["table_type"]),
    data_source_format: String(body["data_source_format"]),
    storage_location: String(body["storage_location"]),
  };
  tables.set(name, entry);
  return json(entry);
}

function fieldsOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
  return typeof value === "object" && value !== null ? { ...value } : {};
}
