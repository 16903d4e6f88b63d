/** A growing buffer that column readers append JSON bytes to; the caller empties it after every chunk of rows. */
export class RowBuffer {
  /** The bytes written so far are `bytes[0, position)`. */
  bytes: Buffer;
  position = 0;

  constructor(capacityBytes = 256 * 1024) {
    this.bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }

  /** Makes room for `sizeBytes` more bytes; every writer calls it before it writes. */
  ensure(sizeBytes: number): void {
    if (this.position + sizeBytes > this.bytes.length) this.#grow(sizeBytes);
  }

  /** Appends text whose characters are all below 128. */
  ascii(text: string): void {
    this.ensure(text.length);
    const { bytes } = this;
    let at = this.position;
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index);
    this.position = at;
  }

  /** Appends `source` as it is. */
  copy(source: Uint8Array): void {
    this.ensure(source.length);
    const { bytes } = this;
    let at = this.position;
    for (let index = 0; index < source.length; index++) bytes[at++] = source[index] ?? 0;
    this.position = at;
  }

  /** Drops the first `count` bytes and moves what follows to the front. */
  discard(count: number): void {
    if (count < this.position) this.bytes.copyWithin(0, count, this.position);
    this.position -= count;
  }

  #grow(sizeBytes: number): void {
    const grown = Buffer.allocUnsafeSlow(
      Math.max(this.bytes.length * 2, this.position + sizeBytes),
    );
    this.bytes.copy(grown, 0, 0, this.position);
    this.bytes = grown;
  }
}
