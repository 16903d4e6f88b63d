import { tableFromIPC } from "apache-arrow";
import { KeyIndex } from "../arrow/key-index.ts";
import { DeltaError } from "../error.ts";
import { type KeyScan, scanFile } from "../operation/key-scan.ts";
import type { BatchScratch } from "../parquet/wasm-batch.ts";
import { LocalStore } from "../store/local.ts";
import type { FromScan, SentScan, ToScan } from "./message.ts";

/** The thread's side of a scan for keys: it has an index of its own, and reads the files itself. */
export class ThreadScan {
  readonly #store: LocalStore;
  readonly #scan: KeyScan;
  readonly #scratch = new Map<number, BatchScratch>();

  constructor({ folder, keys, fields, options }: SentScan) {
    this.#store = new LocalStore(folder);
    const { batches } = tableFromIPC(keys);
    const index = new KeyIndex(
      batches,
      fields.map((_, place) => place),
    );
    this.#scan = { index, fields, options };
  }

  async scan({ file, add, lane }: Extract<ToScan, { type: "scan" }>): Promise<FromScan> {
    const scratch = this.#scratch.get(lane) ?? { buffer: new ArrayBuffer() };
    this.#scratch.set(lane, scratch);
    try {
      const found = await scanFile(this.#store, add, this.#scan, scratch);
      return { type: "matches", file, found };
    } catch (error) {
      return { type: "scanFailed", file, error: sentError(error) };
    }
  }
}

function sentError(error: unknown): Extract<FromScan, { type: "scanFailed" }>["error"] {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof DeltaError)) return { code: undefined, message, hint: undefined };
  return { code: error.code, message, hint: error.hint };
}
