import type { Data, RecordBatch } from "apache-arrow";
import { type Action, decodeAction, decodeActions } from "./action.ts";
import { isValid } from "./arrow/validity.ts";
import { readValue } from "./arrow/value.ts";
import { openBlob } from "./blob.ts";
import { checkpointAdds, checkpointRemoves } from "./checkpoint-files.ts";
import { DeltaError } from "./error.ts";
import { isObject, parseJson } from "./json.ts";
import { SIDECAR_FOLDER } from "./log-path.ts";
import { openParquetReader } from "./parquet/decode.ts";
import { decodePath } from "./partition.ts";
import type { BlobLike, ObjectStore } from "./store.ts";

/** Rows decoded at once: bounds what a large checkpoint takes. */
const BATCH_ROWS = 8192;

const STATE_COLUMNS = ["protocol", "metaData", "txn", "domainMetadata"];
const FILE_COLUMNS = ["add", "remove"];
/** In V2 checkpoints: names another Parquet file with adds and removes. */
const SIDECAR = "sidecar";

/**
 * Reads a classic checkpoint, one part of it, or a V2 checkpoint with its sidecars, batch by batch. Without files only
 * the small columns are fetched, and no sidecar.
 */
export async function* readCheckpoint(
  store: ObjectStore,
  path: string,
  { hasFiles }: { hasFiles: boolean },
): AsyncGenerator<Action[]> {
  const file = await openBlob(store, path);
  if (file === undefined) throw absent(path);
  const columns = hasFiles ? [...STATE_COLUMNS, ...FILE_COLUMNS, SIDECAR] : STATE_COLUMNS;
  const sidecars: string[] = [];
  if (path.endsWith(".json")) {
    const lines = new TextDecoder().decode(await file.arrayBuffer());
    yield decodeActions(lines, 0, { skipsFiles: !hasFiles });
    if (hasFiles) sidecars.push(...jsonSidecars(lines));
  } else {
    for await (const batch of readColumns(file, columns)) {
      yield batchActions(batch);
      sidecars.push(...batchSidecars(batch));
    }
  }
  for (const sidecar of sidecars) {
    const part = await openBlob(store, SIDECAR_FOLDER + sidecar);
    if (part === undefined) throw absent(SIDECAR_FOLDER + sidecar);
    for await (const batch of readColumns(part, FILE_COLUMNS)) yield batchActions(batch);
  }
}

async function* readColumns(
  file: BlobLike,
  wanted: readonly string[],
): AsyncGenerator<RecordBatch> {
  const reader = await openParquetReader(file);
  try {
    const columns = wanted.filter((column) => reader.columns.includes(column));
    if (columns.length > 0) yield* reader.read({ columns, batchRows: BATCH_ROWS });
  } finally {
    reader.close();
  }
}

function batchActions(batch: RecordBatch): Action[] {
  const actions: Action[] = [];
  for (const [index, { name }] of batch.schema.fields.entries()) {
    const data = batch.data.children[index];
    if (data === undefined) continue;
    if (name === "add") for (const add of checkpointAdds(data)) actions.push({ type: "add", add });
    else if (name === "remove") {
      for (const remove of checkpointRemoves(data)) actions.push({ type: "remove", remove });
    } else {
      for (const body of columnValues(data)) {
        const action = decodeAction(name, body);
        if (action !== undefined) actions.push(action);
      }
    }
  }
  return actions;
}

function batchSidecars(batch: RecordBatch): string[] {
  const index = batch.schema.fields.findIndex(({ name }) => name === SIDECAR);
  const data = batch.data.children[index];
  if (data === undefined) return [];
  return [...columnValues(data)].map((body) => sidecarName(body));
}

function jsonSidecars(lines: string): string[] {
  return lines.split("\n").flatMap((line) => {
    if (!line.includes(`"${SIDECAR}"`)) return [];
    const parsed = parseJson(line);
    const body = isObject(parsed) ? parsed[SIDECAR] : undefined;
    return isObject(body) ? [sidecarName(body)] : [];
  });
}

/** Sidecars lie in one folder: a path that leads out of it is refused. */
function sidecarName(body: Record<string, unknown>): string {
  const { path } = body;
  const name = typeof path === "string" ? decodePath(path) : "";
  if (name === "" || name.includes("/")) {
    throw new DeltaError("E_CORRUPT_LOG", `a checkpoint names the sidecar ${String(path)}`);
  }
  return name;
}

function* columnValues(data: Data): Generator<Record<string, unknown>> {
  if (data.nullCount === data.length) return;
  for (let row = 0; row < data.length; row += 1) {
    if (!isValid(data, row)) continue;
    const body = readValue(data, row);
    if (isObject(body)) yield body;
  }
}

function absent(path: string): DeltaError {
  return new DeltaError("E_CORRUPT_LOG", `the checkpoint file ${path} is absent`);
}
