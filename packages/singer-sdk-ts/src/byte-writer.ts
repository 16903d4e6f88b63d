/** A growing buffer that text and bytes are appended to, without an allocation per row. */
export class ByteWriter {
  /** Owned by this writer and replaced when it grows: read it anew after every call. */
  buffer: Buffer;
  position = 0;

  constructor(sizeBytes = 256 * 1024) {
    this.buffer = Buffer.allocUnsafeSlow(sizeBytes);
  }

  /** Makes room for `byteCount` more bytes. */
  ensure(byteCount: number): void {
    const needed = this.position + byteCount;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.position);
    this.buffer = grown;
  }

  /** Appends text of which every character is ASCII: keys, digits, punctuation. */
  ascii(text: string): void {
    const { length } = text;
    this.ensure(length);
    if (length > 24) {
      this.position += this.buffer.write(text, this.position, "latin1");
      return;
    }
    const { buffer, position } = this;
    for (let index = 0; index < length; index += 1)
      buffer[position + index] = text.charCodeAt(index);
    this.position = position + length;
  }

  bytes(source: Uint8Array): void {
    this.ensure(source.length);
    this.buffer.set(source, this.position);
    this.position += source.length;
  }

  /** Appends a JSON string with its quotes: UTF-8, control characters escaped, a lone surrogate as U+FFFD. */
  jsonString(text: string): void {
    const { length } = text;
    // Three bytes at most for a UTF-16 unit, six for an escape.
    this.ensure(length * 6 + 2);
    const { buffer } = this;
    let position = this.position;
    buffer[position++] = 0x22;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code < 0x20 || code === 0x22 || code === 0x5c)
        position = writeEscape(buffer, position, code);
      else if (code < 0x80) buffer[position++] = code;
      else {
        position = writeRest(buffer, position, text, index);
        break;
      }
    }
    buffer[position++] = 0x22;
    this.position = position;
  }

  clear(): void {
    this.position = 0;
  }

  /** What was written since `clear`; a view, valid until the next call. */
  written(): Buffer {
    return this.buffer.subarray(0, this.position);
  }
}

const hexDigits = Buffer.from("0123456789abcdef");
/** The second character of a two-character escape, by code: \b \t \n \f \r \" \\ (RFC 8259, section 7). */
const shortEscapes = new Map([
  [0x08, 0x62],
  [0x09, 0x74],
  [0x0a, 0x6e],
  [0x0c, 0x66],
  [0x0d, 0x72],
  [0x22, 0x22],
  [0x5c, 0x5c],
]);

function writeEscape(buffer: Buffer, start: number, code: number): number {
  let position = start;
  buffer[position++] = 0x5c;
  const short = shortEscapes.get(code);
  if (short !== undefined) {
    buffer[position++] = short;
    return position;
  }
  position += buffer.write("u00", position, "latin1");
  buffer[position++] = hexDigits[code >> 4] ?? 0;
  buffer[position++] = hexDigits[code & 15] ?? 0;
  return position;
}

/** From the first character beyond ASCII on: native UTF-8 (which writes a lone surrogate as U+FFFD), escapes by hand. */
function writeRest(buffer: Buffer, start: number, text: string, from: number): number {
  let position = start;
  let run = from;
  for (let index = from; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 0x20 && code !== 0x22 && code !== 0x5c) continue;
    if (index > run) position += buffer.write(text.slice(run, index), position, "utf8");
    position = writeEscape(buffer, position, code);
    run = index + 1;
  }
  return run < text.length ? position + buffer.write(text.slice(run), position, "utf8") : position;
}
