import { parentPort } from "node:worker_threads";
import { tableFromIPC } from "apache-arrow";
import { DataFileWriter } from "../data-file.ts";
import { DeltaError } from "../error.ts";
import { type RewriteTarget, rewriteFile } from "../operation/merge-rewrite.ts";
import { loadParquetWasm } from "../parquet/wasm.ts";
import { decodePath } from "../partition.ts";
import type {
  FromThread,
  SentError,
  SentRewrite,
  ThreadWriterOptions,
  ToThread,
} from "./message.ts";
import { RemoteCallError, RemoteStore } from "./remote-store.ts";

const store = new RemoteStore(send);
let target: RewriteTarget | undefined;
/** One file after the other; the next one lies ready meanwhile. */
let work: Promise<void> = Promise.resolve();

function send(message: FromThread, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function receive(message: ToThread): void {
  switch (message.type) {
    case "open":
      target = openTarget(message.options);
      return;
    case "rewrite":
      queue(() => rewrite(message.id, message.rewrite));
      return;
    case "close":
      queue(async () => send({ type: "closed", adds: await openedTarget().writer.close() }));
      return;
    default:
      store.receive(message);
  }
}

function queue(step: () => Promise<void>): void {
  work = work
    .then(step)
    .catch((error: unknown) => send({ type: "failed", error: sentError(error) }));
}

function openTarget(options: ThreadWriterOptions): RewriteTarget {
  const writer = new DataFileWriter(store, options);
  return { store, writer, options, changes: undefined, keeps: options.keeps };
}

function openedTarget(): RewriteTarget {
  if (target === undefined) throw new Error("the thread was not told how to write");
  return target;
}

async function rewrite(id: number, { source, bytes, ...sent }: SentRewrite): Promise<void> {
  const [batch] = source === undefined ? [] : tableFromIPC(source).batches;
  const outcome = await store.knowing(decodePath(sent.add.path), bytes, () =>
    rewriteFile(openedTarget(), { ...sent, source: batch }),
  );
  send({ type: "rewritten", id, outcome });
}

function sentError(error: unknown): SentError {
  const delta = error instanceof DeltaError ? error : undefined;
  return {
    code: delta?.code,
    message: error instanceof Error ? error.message : String(error),
    hint: delta?.hint,
    call: callBehind(error),
  };
}

function callBehind(error: unknown): number | undefined {
  if (error instanceof RemoteCallError) return error.call;
  return error instanceof Error && error.cause !== undefined ? callBehind(error.cause) : undefined;
}

parentPort?.on("message", receive);
await loadParquetWasm();
