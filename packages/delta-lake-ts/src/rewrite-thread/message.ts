import type { AddFile } from "../action.ts";
import type { DataFileOptions } from "../data-file.ts";
import type { DeltaErrorCode } from "../error.ts";
import type { FileRewrite, RewriteOutcome } from "../operation/merge-rewrite.ts";
import type { ObjectMeta } from "../store.ts";

/** How the thread writes its files: what can be sent of the options of a writer. */
export type ThreadWriterOptions = Omit<DataFileOptions, "runtime" | "encodeWorker"> & {
  readonly partitionColumns: readonly string[];
  readonly isMapped: boolean;
  /** Columns whose values stay in rows that are replaced. */
  readonly keeps?: readonly string[];
};

/** A file to rewrite, as it is sent. */
export interface SentRewrite extends Omit<FileRewrite, "source"> {
  /** The new rows as an Arrow stream. */
  readonly source: Uint8Array | undefined;
  /** The whole file, where it is small: the thread need not ask for its ranges. */
  readonly bytes: Uint8Array | undefined;
}

/** An error on its way between threads. `call` names the call of the store that is behind it. */
export interface SentError {
  readonly code: DeltaErrorCode | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  readonly call: number | undefined;
}

/** What the main thread says. */
export type ToThread =
  | { readonly type: "open"; readonly options: ThreadWriterOptions }
  | { readonly type: "rewrite"; readonly id: number; readonly rewrite: SentRewrite }
  /** No more files follow. */
  | { readonly type: "close" }
  | { readonly type: "answer"; readonly call: number; readonly value: StoreAnswer }
  | { readonly type: "refusal"; readonly call: number; readonly message: string }
  /** A chunk of the written file is on its way to the store. */
  | { readonly type: "taken"; readonly sizeBytes: number };

/** What the thread answers, and what it wants of the store. */
export type FromThread =
  | { readonly type: "rewritten"; readonly id: number; readonly outcome: RewriteOutcome }
  | { readonly type: "closed"; readonly adds: readonly AddFile[] }
  | { readonly type: "failed"; readonly error: SentError }
  | { readonly type: "call"; readonly call: number; readonly request: StoreRequest }
  | { readonly type: "chunk"; readonly call: number; readonly bytes: Uint8Array }
  | { readonly type: "end"; readonly call: number };

export type StoreRequest =
  | {
      readonly type: "get";
      readonly path: string;
      readonly range: { readonly start: number; readonly end: number } | undefined;
    }
  | { readonly type: "head"; readonly path: string }
  /** Chunks follow, then an end. */
  | { readonly type: "write"; readonly path: string };

export type StoreAnswer = Uint8Array | ObjectMeta | number | undefined;
