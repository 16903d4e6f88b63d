import { once } from "node:events";
import type { Writable } from "node:stream";

import { packetHeaderBytes, packetize, packetType } from "./packet.ts";
import { TokenBuffer } from "./token-buffer.ts";

/** Bytes of tokens gathered before packets go out. */
const flushBytes = 64 * 1024;

/** The answer to one request: tokens in, packets out, never more than one chunk held back. */
export class Response {
  readonly tokens: TokenBuffer;
  #output: Writable;
  #packetBytes: number;
  #spid: number;
  #packetId = 1;

  constructor(
    output: Writable,
    options: { packetBytes: number; spid: number; tokens?: TokenBuffer },
  ) {
    this.#output = output;
    this.#packetBytes = options.packetBytes;
    this.#spid = options.spid;
    this.tokens = options.tokens ?? new TokenBuffer(flushBytes + 16 * 1024);
    this.tokens.position = 0;
  }

  get isFull(): boolean {
    return this.tokens.position >= flushBytes;
  }

  /**
   * Sends the whole packets that the tokens fill and waits until the socket has room.
   * The last byte always stays back, for the packet that ends the message.
   */
  async flush(): Promise<void> {
    const room = this.#packetBytes - packetHeaderBytes;
    const count = Math.floor((this.tokens.position - 1) / room);
    if (count <= 0) return;
    const tokens = this.tokens.take();
    const sent = tokens.subarray(0, count * room);
    const hasRoom = this.#send(sent, false);
    tokens.copyWithin(0, sent.length);
    this.tokens.position = tokens.length - sent.length;
    if (!hasRoom) await drained(this.#output);
  }

  /** Sends what is left and ends the message. */
  async end(): Promise<void> {
    if (!this.#send(this.tokens.take(), true)) await drained(this.#output);
  }

  #send(payload: Buffer, isLast: boolean): boolean {
    const packets = packetize(payload, {
      type: packetType.response,
      packetBytes: this.#packetBytes,
      isLast,
      firstPacketId: this.#packetId,
      spid: this.#spid,
    });
    this.#packetId = (this.#packetId + Math.ceil(payload.length / this.#packetBytes)) & 0xff;
    return this.#output.write(packets);
  }
}

/** Resolves when the stream takes more, or has been closed by the other side. */
export async function drained(output: Writable): Promise<void> {
  if (output.destroyed || output.writableLength === 0) return;
  const controller = new AbortController();
  const { signal } = controller;
  const settled = ["drain", "close", "error"].map((event) =>
    once(output, event, { signal }).catch(() => undefined),
  );
  await Promise.race(settled);
  controller.abort();
}
