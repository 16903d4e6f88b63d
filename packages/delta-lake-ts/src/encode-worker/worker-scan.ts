import type { AddFile } from "../action.ts";
import { DeltaError } from "../error.ts";
import type { FileMatches } from "../operation/key-scan.ts";
import type { FromScan, ToScan } from "./message.ts";

interface Pending {
  readonly resolve: (found: FileMatches | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** The main thread's side of a scan for keys. */
export class WorkerScan {
  readonly #send: (message: ToScan) => void;
  readonly #pending = new Map<number, Pending>();
  #count = 0;
  #failure: Error | undefined;

  constructor(send: (message: ToScan) => void) {
    this.#send = send;
  }

  /** The matches in one file. Files of one `lane` are scanned one after the other. */
  scan(add: AddFile, lane: number): Promise<FileMatches | undefined> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const file = this.#count++;
    const found = new Promise<FileMatches | undefined>((resolve, reject) => {
      this.#pending.set(file, { resolve, reject });
    });
    this.#send({ type: "scan", file, lane, add });
    return found;
  }

  /** Takes in what the thread says of this scan. */
  receive(message: FromScan): void {
    const pending = this.#pending.get(message.file);
    this.#pending.delete(message.file);
    if (message.type === "matches") pending?.resolve(message.found);
    else pending?.reject(receivedError(message));
  }

  /** The thread has ended. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
  }
}

function receivedError({ error }: Extract<FromScan, { type: "scanFailed" }>): Error {
  const { code, message, hint } = error;
  if (code === undefined) return new Error(message);
  return new DeltaError(code, message, hint === undefined ? {} : { hint });
}
