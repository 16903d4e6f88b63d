import { DeltaError } from "../error.ts";
import type { BlobLike, ObjectMeta, ObjectStore } from "../store.ts";
import { property } from "./cloud-client.ts";
import { openStore } from "./open.ts";
import { type CatalogTable, catalogEntry, parseCatalogTable } from "./unity-catalog-table.ts";

/** Credentials are asked for anew when they have less than this left. */
const MARGIN_MS = 300_000;

/** One call of Unity Catalog, by its path below `/api/2.1/unity-catalog`; a GET's 404 is an answer, other refusals are thrown. */
export type CatalogCall = (call: {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
}) => Promise<{ readonly status: number; readonly body: unknown }>;

export interface UnityCatalogOptions {
  readonly call: CatalogCall;
  /** catalog.schema.table */
  readonly table: string;
  /** Where the table is made when the catalog has none of this name: a folder of an external location. */
  readonly newLocation: string | undefined;
  /** A folder below the table's, when that is the store's root. */
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

interface Opened {
  readonly store: ObjectStore;
  readonly endMs: number;
}

/**
 * An external table of Unity Catalog, written past all warehouses: the catalog says where it is and lends credentials
 * for that place, which are asked for anew before they run out. A table that the catalog does not have is entered
 * there when its log has its first commit.
 */
export class UnityCatalogStore implements ObjectStore {
  readonly #options: UnityCatalogOptions;
  #table: Promise<CatalogTable | undefined> | undefined;
  #opened: Promise<Opened> | undefined;
  #distrustedEngines: RegExp | undefined;

  constructor(options: UnityCatalogOptions) {
    this.#options = options;
  }

  /** Known as soon as the log was looked at. */
  get distrustedEngines(): RegExp | undefined {
    return this.#distrustedEngines;
  }

  async get(path: string, range?: { start: number; end: number }): Promise<Uint8Array | undefined> {
    return await (await this.#store()).get(path, range);
  }

  async head(path: string): Promise<ObjectMeta | undefined> {
    return await (await this.#store()).head(path);
  }

  async list(prefix: string, startAfter?: string): Promise<readonly ObjectMeta[]> {
    return await (await this.#store()).list(prefix, startAfter);
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    await (await this.#store()).put(path, bytes);
  }

  async putIfAbsent(path: string, bytes: Uint8Array): Promise<"created" | "exists"> {
    const outcome = await (await this.#store()).putIfAbsent(path, bytes);
    if (this.#isCommit(path)) await this.#enter();
    return outcome;
  }

  async write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    return await (await this.#store()).write(path, chunks);
  }

  async delete(path: string): Promise<void> {
    await (await this.#store()).delete(path);
  }

  async move(from: string, to: string): Promise<void> {
    await (await this.#store()).move(from, to);
  }

  async openBlob(path: string): Promise<BlobLike | undefined> {
    return await (await this.#store()).openBlob?.(path);
  }

  #isCommit(path: string): boolean {
    return this.#options.folder === undefined && /^_delta_log\/\d{20}\.json$/.test(path);
  }

  /** A store with credentials that last; a failure is told once, and the next call asks again. */
  async #store(): Promise<ObjectStore> {
    const opened = await this.#opened?.catch(() => undefined);
    if (opened === undefined || opened.endMs - MARGIN_MS < Date.now()) this.#opened = this.#open();
    const { store } = await (this.#opened ?? this.#open());
    return store;
  }

  async #open(): Promise<Opened> {
    const found = await this.#find();
    const { newLocation, table, folder } = this.#options;
    const location = found?.location ?? newLocation;
    if (location === undefined) {
      throw new DeltaError("E_STORE", `Unity Catalog has no table ${table}`, {
        hint: "make it as an external table, or set `databricks.external_location` to where new tables go",
      });
    }
    const { body } = await this.#options.call(
      found === undefined
        ? {
            method: "POST",
            path: "/temporary-path-credentials",
            body: { url: location, operation: "PATH_CREATE_TABLE" },
          }
        : {
            method: "POST",
            path: "/temporary-table-credentials",
            body: { table_id: found.id, operation: "READ_WRITE" },
          },
    );
    const environment = { ...(this.#options.environment ?? process.env), ...lent(table, body) };
    const url = folder === undefined ? location : `${location}/${folder}`;
    const endMs = Number(property(body, "expiration_time"));
    const store = openStore(url, { environment });
    this.#distrustedEngines = store.distrustedEngines;
    return { store, endMs: Number.isFinite(endMs) ? endMs : 0 };
  }

  /** What the catalog has of this name; asked for once. */
  #find(): Promise<CatalogTable | undefined> {
    this.#table ??= this.#ask();
    this.#table.catch(() => (this.#table = undefined));
    return this.#table;
  }

  async #ask(): Promise<CatalogTable | undefined> {
    const { call, table } = this.#options;
    const path = `/tables/${table.split(".").map(encodeURIComponent).join(".")}`;
    const { status, body } = await call({ method: "GET", path });
    return status === 404 ? undefined : parseCatalogTable(table, body);
  }

  /** Enters the table in the catalog, unless it is there. */
  async #enter(): Promise<void> {
    if ((await this.#find()) !== undefined) return;
    const { call, table, newLocation = "" } = this.#options;
    const schemaString = await this.#schemaString();
    if (schemaString === undefined) return;
    const body = catalogEntry(table, newLocation, schemaString);
    await call({ method: "POST", path: "/tables", body });
    // The place is the table's now: what was lent for making it is no good any more.
    this.#table = undefined;
    this.#opened = undefined;
  }

  /** The columns of the table's first commit: a run that was killed may have made it, and not have entered it. */
  async #schemaString(): Promise<string | undefined> {
    const bytes = await (await this.#store()).get("_delta_log/00000000000000000000.json");
    for (const line of Buffer.from(bytes ?? [])
      .toString("utf8")
      .split("\n")) {
      if (line === "") continue;
      const schemaString = property(property(JSON.parse(line), "metaData"), "schemaString");
      if (typeof schemaString === "string") return schemaString;
    }
    return undefined;
  }
}

/** Lent credentials, under the names by which a cloud's client reads them; what the process has of its own is taken away. */
function lent(table: string, answer: unknown): Readonly<Record<string, string | undefined>> {
  const aws = property(answer, "aws_temp_credentials");
  const key = property(aws, "access_key_id");
  const secret = property(aws, "secret_access_key");
  const session = property(aws, "session_token");
  if (typeof key === "string" && typeof secret === "string") {
    return {
      AWS_ACCESS_KEY_ID: key,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_SESSION_TOKEN: typeof session === "string" && session !== "" ? session : undefined,
    };
  }
  const sas = property(property(answer, "azure_user_delegation_sas"), "sas_token");
  if (typeof sas === "string") {
    return {
      AZURE_STORAGE_SAS_TOKEN: sas,
      AZURE_STORAGE_CONNECTION_STRING: undefined,
      AZURE_STORAGE_KEY: undefined,
    };
  }
  const token = property(property(answer, "gcp_oauth_token"), "oauth_token");
  if (typeof token === "string") return { GOOGLE_OAUTH_ACCESS_TOKEN: token };
  throw new DeltaError("E_STORE", `Unity Catalog lends no credentials for ${table}`, {
    hint: "enable external data access in the metastore, and grant EXTERNAL USE SCHEMA",
  });
}
