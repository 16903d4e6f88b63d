import type { FileEncoderOptions } from "../file-encoder.ts";

/** What the main thread says about file `id`. */
export type ToThread = { readonly id: number } & (
  | { readonly type: "open"; readonly options: FileEncoderOptions }
  /** One batch as an Arrow stream. */
  | { readonly type: "batch"; readonly bytes: Uint8Array }
  /** The last chunk is on its way to the store: the next one may come. */
  | { readonly type: "next" }
  | { readonly type: "close" }
  | { readonly type: "abort" }
);

/** What the thread answers about file `id`. */
export type FromThread = { readonly id: number } & (
  | { readonly type: "taken"; readonly sizeBytes: number }
  | { readonly type: "chunk"; readonly bytes: Uint8Array }
  | { readonly type: "end"; readonly statistics: string }
  | { readonly type: "failed"; readonly error: Error }
);
