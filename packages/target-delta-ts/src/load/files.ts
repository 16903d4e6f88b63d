import type { AddFile } from "delta-lake-ts";
import { commitError } from "../commit-error.ts";
import { fileName } from "../file-name.ts";
import type { TableColumns } from "../table-columns.ts";
import type { CommitMoment, Load, StreamRows } from "./load.ts";
import { PartWriter } from "./part-writer.ts";
import { clearStaging, stagingFolder } from "./staging.ts";
import { StreamSchema } from "./stream-schema.ts";
import type { TableContext } from "./table-context.ts";

/**
 * Plain Parquet files without a Delta log (`format: parquet`). A file appears in the folder when it is whole.
 * With `isReplacing` the files of earlier runs go away at the end of the load.
 */
export class FilesLoad implements Load {
  readonly #context: TableContext;
  readonly #schema: StreamSchema;
  readonly #writer: PartWriter;
  readonly #isReplacing: boolean;
  readonly #folder: string;
  readonly #prefix: string;
  readonly #finished: AddFile[] = [];
  #fileCount = 0;
  #takenRow = 0;
  #durableRow = 0;

  constructor(context: TableContext, isReplacing: boolean) {
    this.#context = context;
    this.#isReplacing = isReplacing;
    this.#schema = new StreamSchema(context.stream, undefined);
    this.#folder = `run-${context.runId}`;
    this.#prefix = `${stagingFolder(this.#folder)}/`;
    this.#writer = new PartWriter(context.store, {
      ...context.parts,
      folder: stagingFolder(this.#folder),
    });
  }

  get durableRow(): number {
    return this.#durableRow;
  }

  get heldBytes(): number {
    return this.#writer.heldBytes;
  }

  setColumns(columns: TableColumns): Promise<void> {
    this.#schema.use(columns);
    return Promise.resolve();
  }

  async write(rows: StreamRows): Promise<void> {
    const batch = this.#schema.conform(rows.batch);
    await this.#writer.write(batch, this.#schema.schema);
    this.#takenRow = rows.firstRow + batch.numRows;
    rows.release?.();
  }

  async commit({ isEnd }: CommitMoment): Promise<void> {
    const { store, stream, path } = this.#context;
    try {
      this.#finished.push(...(await this.#writer.close()));
      if (this.#isReplacing && !isEnd) return;
      const old = this.#isReplacing ? await this.#parquetFiles() : [];
      for (const file of this.#finished.splice(0)) await this.#move(decodeURIComponent(file.path));
      for (const file of old) await store.delete(file);
      await clearStaging(store, (folder) => folder === this.#folder);
      this.#durableRow = this.#takenRow;
    } catch (error) {
      throw commitError(error, stream, path);
    }
  }

  /** Brings a file from the staging folder to its place; a file that is there is never replaced. */
  async #move(staged: string): Promise<void> {
    const { store, stream, startedMs, runId, fileNaming } = this.#context;
    let path = staged.slice(this.#prefix.length);
    if (fileNaming !== undefined) {
      const folder = path.slice(0, path.lastIndexOf("/") + 1);
      do {
        this.#fileCount += 1;
        const name = fileName(fileNaming, { stream, startedMs, runId, number: this.#fileCount });
        path = `${folder}${name}`;
        if (!fileNaming.includes("{number}") && this.#fileCount > 1)
          path = path.replace(/\.parquet$/, `-${this.#fileCount}.parquet`);
      } while ((await store.head(path)) !== undefined);
    }
    await store.move(staged, path);
  }

  async #parquetFiles(): Promise<string[]> {
    const objects = await this.#context.store.list("");
    return objects
      .map((object) => object.path)
      .filter((path) => path.endsWith(".parquet") && !path.startsWith("_"));
  }
}
