import type { Data, RecordBatch } from "apache-arrow";
import { type Action, decodeAction } from "./action.ts";
import { isValid } from "./arrow/validity.ts";
import { readValue } from "./arrow/value.ts";
import { openBlob } from "./blob.ts";
import { DeltaError } from "./error.ts";
import { isObject } from "./json.ts";
import { decodeParquet, readFooter } from "./parquet/decode.ts";
import type { ObjectStore } from "./store.ts";

const STATE_COLUMNS = ["protocol", "metaData", "txn", "domainMetadata"];
const FILE_COLUMNS = ["add", "remove"];

/** Reads a classic checkpoint, or one part of it, batch by batch. Without files only the small columns are fetched. */
export async function* readCheckpoint(
  store: ObjectStore,
  path: string,
  options: { hasFiles: boolean },
): AsyncGenerator<Action[]> {
  const file = await openBlob(store, path);
  if (file === undefined) throw new DeltaError("E_CORRUPT_LOG", `the checkpoint ${path} is absent`);
  const wanted = options.hasFiles ? [...STATE_COLUMNS, ...FILE_COLUMNS] : STATE_COLUMNS;
  const footer = await readFooter(file);
  const columns = wanted.filter((column) => footer.columns.includes(column));
  for await (const batch of decodeParquet(file, { columns })) yield batchActions(batch);
}

function batchActions(batch: RecordBatch): Action[] {
  const actions: Action[] = [];
  for (const [index, { name }] of batch.schema.fields.entries()) {
    const data = batch.data.children[index];
    if (data !== undefined) columnActions(name, data, actions);
  }
  return actions;
}

function columnActions(type: string, data: Data, actions: Action[]): void {
  for (let row = 0; row < data.length; row += 1) {
    if (!isValid(data, row)) continue;
    const body = readValue(data, row);
    const action = isObject(body) ? decodeAction(type, body) : undefined;
    if (action !== undefined) actions.push(action);
  }
}
