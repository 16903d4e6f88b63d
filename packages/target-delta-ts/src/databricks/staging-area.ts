import { createHash } from "node:crypto";
import type { RecordBatch } from "apache-arrow";
import { MemoryStore, type ObjectStore, type StructType } from "delta-lake-ts";
import { type PartOptions, PartWriter } from "../load/part-writer.ts";
import type { StagedFiles } from "./statement.ts";

/** Files of one batch that are on their way at once. */
const UPLOADS_MAX = 4;

/** Where the files of a load wait for the warehouse. */
type StagingStore = Pick<ObjectStore, "put" | "delete">;

/** Turns batches into Parquet files in a volume or on DBFS, a folder for each upload. Before the columns of the rows change, what was written has to be uploaded: the files of one folder have the same columns. */
export class StagingArea {
  readonly #store: StagingStore;
  readonly #folder: string;
  readonly #prefix: string;
  readonly #parts: PartOptions;
  readonly #memory = new MemoryStore();
  #writer: PartWriter;
  #batchCount = 0;
  #columns: ReadonlySet<string> = new Set();

  /** `prefix` is the folder of this stream and run below the store's own `folder`. */
  constructor(
    store: StagingStore,
    { folder, prefix, parts }: { folder: string; prefix: string; parts: PartOptions },
  ) {
    this.#store = store;
    this.#folder = folder;
    this.#prefix = prefix;
    this.#parts = { ...parts, partitionColumns: [] };
    this.#writer = new PartWriter(this.#memory, this.#parts);
  }

  /** Bytes of finished files that are not uploaded. */
  get heldBytes(): number {
    let bytes = 0;
    for (const object of this.#memory.objects.values()) bytes += object.bytes.length;
    return bytes;
  }

  async write(batch: RecordBatch, schema: StructType): Promise<void> {
    this.#columns = new Set(batch.schema.fields.map(({ name }) => name));
    await this.#writer.write(batch, schema);
  }

  /**
   * Uploads what was written since the last time; `undefined` when that is nothing. A file is named by its place and
   * content: the same file sent twice is one file, and no other ever has its name.
   */
  async upload(schema: StructType): Promise<StagedFiles | undefined> {
    const written = await this.#writer.close();
    this.#writer = new PartWriter(this.#memory, this.#parts);
    if (written.length === 0) return undefined;
    const folder = `${this.#prefix}/${String(this.#batchCount++).padStart(6, "0")}`;
    const sources = written.map(({ path }) => decodeURIComponent(path));
    const fields = schema.fields.filter(({ name }) => this.#columns.has(name));
    const files: string[] = [];
    for (let first = 0; first < sources.length; first += UPLOADS_MAX) {
      const group = sources.slice(first, first + UPLOADS_MAX);
      files.push(
        ...(await Promise.all(
          group.map((source, index) => this.#uploadFile(source, { folder, index: first + index })),
        )),
      );
    }
    return { folder: `${this.#folder}/${folder}`, files, fields };
  }

  /** Deletes files that no statement needs any more. */
  async remove({ folder, files }: Pick<StagedFiles, "folder" | "files">): Promise<void> {
    const path = folder.slice(this.#folder.length + 1);
    for (const file of files) await this.#store.delete(`${path}/${file}`);
  }

  async #uploadFile(
    source: string,
    { folder, index }: { readonly folder: string; readonly index: number },
  ): Promise<string> {
    const bytes = await this.#memory.get(source);
    if (bytes === undefined) throw new Error(`the data file ${source} was not written`);
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
    const name = `${String(index).padStart(4, "0")}-${hash}.parquet`;
    await this.#store.put(`${folder}/${name}`, bytes);
    await this.#memory.delete(source);
    return name;
  }
}
