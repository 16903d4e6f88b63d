import { parentPort } from "node:worker_threads";
import { tableFromIPC } from "apache-arrow";
import { LocalEncoder } from "../file-encoder.ts";
import { loadParquetWasm } from "../parquet/wasm.ts";
import type { FromThread, SentScan, ToScan, ToThread } from "./message.ts";
import { ThreadScan } from "./thread-scan.ts";

/** One file that this thread encodes. */
interface ThreadFile {
  readonly encoder: LocalEncoder;
  /** The batches before the next one. */
  writing: Promise<void>;
  next: () => void;
}

const files = new Map<number, ThreadFile>();
const scans = new Map<number, ThreadScan>();

function send(message: FromThread, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function receive(message: ToThread): void {
  const { id } = message;
  switch (message.type) {
    case "open": {
      const encoder = new LocalEncoder(message.options);
      const file = { encoder, writing: Promise.resolve(), next: () => {} };
      files.set(id, file);
      void forward(id, file);
      return;
    }
    case "openScan":
    case "scan":
    case "closeScan":
      void receiveScan(id, message);
      return;
    default: {
      const file = files.get(id);
      // Without one it has failed, and the main thread did not know yet.
      if (file !== undefined) receiveFor(id, file, message);
    }
  }
}

async function receiveScan(
  id: number,
  message: ToScan | { readonly type: "openScan"; readonly scan: SentScan },
): Promise<void> {
  switch (message.type) {
    case "openScan":
      scans.set(id, new ThreadScan(message.scan));
      return;
    case "scan": {
      const answer = await scans.get(id)?.scan(message);
      if (answer !== undefined) send({ id, ...answer });
      return;
    }
    case "closeScan":
      scans.delete(id);
      return;
  }
}

function receiveFor(
  id: number,
  file: ThreadFile,
  message: Extract<ToThread, { type: "batch" | "next" | "close" | "abort" }>,
): void {
  switch (message.type) {
    case "batch":
      file.writing = file.writing.then(() => write(id, file, message.bytes));
      return;
    case "next":
      file.next();
      return;
    case "close":
      void file.writing.then(() => file.encoder.close());
      return;
    case "abort":
      file.encoder.abort(new Error("the data file was abandoned"));
      return;
  }
}

async function write(id: number, { encoder }: ThreadFile, bytes: Uint8Array): Promise<void> {
  try {
    const [batch] = tableFromIPC(bytes).batches;
    if (batch === undefined) throw new Error("an Arrow stream of one batch came empty");
    await encoder.write(batch, bytes);
  } catch (error) {
    encoder.abort(error);
  }
  send({ id, type: "taken", sizeBytes: bytes.byteLength });
}

/** Hands the file's bytes over, one chunk at a time, then its statistics. */
async function forward(id: number, file: ThreadFile): Promise<void> {
  try {
    for await (const chunk of file.encoder.output) {
      const bytes = chunk.buffer instanceof ArrayBuffer ? chunk : Uint8Array.from(chunk);
      const isNext = new Promise<void>((resolve) => {
        file.next = resolve;
      });
      send({ id, type: "chunk", bytes }, [bytes.buffer as ArrayBuffer]); // Never shared: see above.
      await isNext;
    }
    await file.writing;
    send({ id, type: "end", statistics: file.encoder.statistics() });
  } catch (error) {
    send({ id, type: "failed", error: error instanceof Error ? error : new Error(String(error)) });
  } finally {
    files.delete(id);
  }
}

parentPort?.on("message", receive);
await loadParquetWasm();
