const shortTextLength = 32;

/**
 * A growing buffer for tokens, little-endian as TDS wants. It is reused: `take` hands out a view
 * that is valid until the next write.
 */
export class TokenBuffer {
  bytes: Buffer;
  position = 0;

  constructor(sizeBytes = 64 * 1024) {
    this.bytes = Buffer.allocUnsafeSlow(sizeBytes);
  }

  /** Makes room for `count` more bytes. */
  ensure(count: number): void {
    const needed = this.position + count;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.position);
    this.bytes = grown;
  }

  uint8(value: number): void {
    this.ensure(1);
    this.bytes[this.position] = value;
    this.position += 1;
  }

  uint16(value: number): void {
    this.ensure(2);
    this.position = this.bytes.writeUInt16LE(value, this.position);
  }

  int32(value: number): void {
    this.uint32(value);
  }

  uint32(value: number): void {
    this.ensure(4);
    // Stores by byte wrap a negative number as two's complement, and cost no range check.
    const { bytes, position } = this;
    bytes[position] = value;
    bytes[position + 1] = value >> 8;
    bytes[position + 2] = value >> 16;
    bytes[position + 3] = value >> 24;
    this.position = position + 4;
  }

  uint32BigEndian(value: number): void {
    this.ensure(4);
    this.position = this.bytes.writeUInt32BE(value, this.position);
  }

  uint64(value: bigint): void {
    this.ensure(8);
    this.position = this.bytes.writeBigUInt64LE(value, this.position);
  }

  /** `byteCount` ≤ 6 bytes of a whole number up to 2^48. */
  uintN(value: number, byteCount: number): void {
    this.ensure(byteCount);
    this.position = this.bytes.writeUIntLE(value, this.position, byteCount);
  }

  raw(value: Uint8Array): void {
    this.ensure(value.length);
    this.bytes.set(value, this.position);
    this.position += value.length;
  }

  utf16(text: string): void {
    this.ensure(text.length * 2);
    if (text.length > shortTextLength) {
      this.position += this.bytes.write(text, this.position, "utf16le");
      return;
    }
    // A call into C++ costs more than a short text does.
    const { bytes } = this;
    let { position } = this;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      bytes[position] = code;
      bytes[position + 1] = code >> 8;
      position += 2;
    }
    this.position = position;
  }

  /** B_VARCHAR: a byte of length in characters, then UTF-16. */
  shortText(text: string): void {
    this.uint8(text.length);
    this.utf16(text);
  }

  /** US_VARCHAR: two bytes of length in characters, then UTF-16. */
  longText(text: string): void {
    this.uint16(text.length);
    this.utf16(text);
  }

  /** The bytes so far; the buffer starts again, keeping its memory. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.position);
    this.position = 0;
    return taken;
  }
}
