/** Packet types of MS-TDS 2.2.3.1.1. */
export const packetType = {
  sqlBatch: 1,
  rpc: 3,
  response: 4,
  attention: 6,
  transactionManager: 14,
  login7: 16,
  prelogin: 18,
} as const;

export const packetHeaderBytes = 8;
const endOfMessage = 0x01;
const requestTypes: ReadonlySet<number> = new Set(Object.values(packetType));
/** RESETCONNECTION and RESETCONNECTIONSKIPTRAN (MS-TDS 2.2.3.1.2). */
const resetConnectionBits = 0x18;
const messageBytesMax = 256 * 1024 * 1024;

/** One request of a client, put together from its packets. */
export interface Message {
  readonly type: number;
  readonly resetConnection: boolean;
  readonly data: Buffer;
}

/** Puts packets together into messages; holds at most one unfinished message. */
export class MessageReader {
  #pending: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #sizeBytes = 0;
  #resetConnection = false;

  /** Takes bytes from the socket and returns the messages that they complete. */
  push(chunk: Buffer): Message[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const messages: Message[] = [];
    while (this.#pending.length >= packetHeaderBytes) {
      const length = this.#pending.readUInt16BE(2);
      if (length < packetHeaderBytes || !requestTypes.has(this.#pending.readUInt8(0)))
        throw new Error("bytes that are no TDS packet");
      if (this.#pending.length < length) break;
      const message = this.#packet(this.#pending.subarray(0, length));
      if (message !== undefined) messages.push(message);
      this.#pending = this.#pending.subarray(length);
    }
    return messages;
  }

  #packet(packet: Buffer): Message | undefined {
    const status = packet.readUInt8(1);
    this.#parts.push(packet.subarray(packetHeaderBytes));
    this.#sizeBytes += packet.length - packetHeaderBytes;
    if (this.#sizeBytes > messageBytesMax) throw new Error("a request over 256 MiB");
    this.#resetConnection ||= (status & resetConnectionBits) !== 0;
    if ((status & endOfMessage) === 0) return undefined;
    const message = {
      type: packet.readUInt8(0),
      resetConnection: this.#resetConnection,
      data: Buffer.concat(this.#parts),
    };
    this.#parts = [];
    this.#sizeBytes = 0;
    this.#resetConnection = false;
    return message;
  }
}

/**
 * Cuts `payload` into packets of at most `packetBytes` with headers.
 * With `isLast` the final one ends the message, also when the payload is empty.
 */
export function packetize(
  payload: Buffer,
  options: {
    type: number;
    packetBytes: number;
    isLast: boolean;
    firstPacketId: number;
    spid: number;
  },
): Buffer {
  const room = options.packetBytes - packetHeaderBytes;
  const count = Math.max(1, Math.ceil(payload.length / room));
  const packets = Buffer.allocUnsafe(payload.length + count * packetHeaderBytes);
  let position = 0;
  for (let index = 0; index < count; index += 1) {
    const start = index * room;
    const end = Math.min(start + room, payload.length);
    const isEnd = options.isLast && index === count - 1;
    packets[position] = options.type;
    packets[position + 1] = isEnd ? endOfMessage : 0;
    packets.writeUInt16BE(end - start + packetHeaderBytes, position + 2);
    packets.writeUInt16BE(options.spid, position + 4);
    packets[position + 6] = (options.firstPacketId + index) & 0xff;
    packets[position + 7] = 0;
    payload.copy(packets, position + packetHeaderBytes, start, end);
    position += end - start + packetHeaderBytes;
  }
  return packets;
}
