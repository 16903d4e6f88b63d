/** Reads little-endian fields from a request; reading past its end throws RangeError. */
export class ByteReader {
  readonly bytes: Buffer;
  position: number;

  constructor(bytes: Buffer, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  get isAtEnd(): boolean {
    return this.position >= this.bytes.length;
  }

  uint8(): number {
    this.position += 1;
    return this.bytes.readUInt8(this.position - 1);
  }

  uint16(): number {
    this.position += 2;
    return this.bytes.readUInt16LE(this.position - 2);
  }

  int16(): number {
    this.position += 2;
    return this.bytes.readInt16LE(this.position - 2);
  }

  int32(): number {
    this.position += 4;
    return this.bytes.readInt32LE(this.position - 4);
  }

  uint32(): number {
    this.position += 4;
    return this.bytes.readUInt32LE(this.position - 4);
  }

  int64(): bigint {
    this.position += 8;
    return this.bytes.readBigInt64LE(this.position - 8);
  }

  uint64(): bigint {
    this.position += 8;
    return this.bytes.readBigUInt64LE(this.position - 8);
  }

  /** A whole number of at most 6 bytes. */
  uintN(byteCount: number): number {
    this.position += byteCount;
    return this.bytes.readUIntLE(this.position - byteCount, byteCount);
  }

  raw(byteCount: number): Buffer {
    const start = this.position;
    if (start + byteCount > this.bytes.length) throw new RangeError("the request ends too early");
    this.position += byteCount;
    return this.bytes.subarray(start, this.position);
  }

  utf16(characterCount: number): string {
    return this.raw(characterCount * 2).toString("utf16le");
  }
}

/** Skips ALL_HEADERS, which start with their own total length (MS-TDS 2.2.5.3). */
export function skipHeaders(reader: ByteReader): void {
  const start = reader.position;
  reader.position = start + reader.uint32();
}
