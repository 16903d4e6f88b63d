import type { AddFile } from "../action.ts";
import type { DeltaErrorCode } from "../error.ts";
import type { FileEncoderOptions } from "../file-encoder.ts";
import type { FileMatches, KeyScan } from "../operation/key-scan.ts";
import type { StructField } from "../schema.ts";

/** A scan for keys, as it is sent. */
export interface SentScan {
  /** Where the table lies, whose files the thread reads by itself. */
  readonly folder: string;
  /** The key columns of the source as an Arrow stream. */
  readonly keys: Uint8Array;
  readonly fields: readonly StructField[];
  readonly options: KeyScan["options"];
}

/** What the main thread says about a scan. */
export type ToScan =
  /** Files of one lane come one after the other. */
  | {
      readonly type: "scan";
      readonly file: number;
      readonly lane: number;
      readonly add: AddFile;
    }
  | { readonly type: "closeScan" };

/** What the thread answers about one file of a scan. */
export type FromScan =
  | { readonly type: "matches"; readonly file: number; readonly found: FileMatches | undefined }
  | {
      readonly type: "scanFailed";
      readonly file: number;
      readonly error: {
        readonly code: DeltaErrorCode | undefined;
        readonly message: string;
        readonly hint: string | undefined;
      };
    };

/** What the main thread says about file, or scan, `id`. */
export type ToThread = { readonly id: number } & (
  | { readonly type: "open"; readonly options: FileEncoderOptions }
  /** One batch as an Arrow stream. */
  | { readonly type: "batch"; readonly bytes: Uint8Array }
  /** The last chunk is on its way to the store: the next one may come. */
  | { readonly type: "next" }
  | { readonly type: "close" }
  | { readonly type: "abort" }
  | { readonly type: "openScan"; readonly scan: SentScan }
  | ToScan
);

/** What the thread answers about file, or scan, `id`. */
export type FromThread = { readonly id: number } & (
  | { readonly type: "taken"; readonly sizeBytes: number }
  | { readonly type: "chunk"; readonly bytes: Uint8Array }
  | { readonly type: "end"; readonly statistics: string }
  | { readonly type: "failed"; readonly error: Error }
  | FromScan
);
