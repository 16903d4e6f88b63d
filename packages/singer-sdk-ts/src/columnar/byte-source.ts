/** Readable bytes beyond the last one of a source, so that four bytes can be read at any position. */
export const slackBytes = 8;

/**
 * Bytes that scanners read. `bytes` and `view` cover the same memory, which has `slackBytes` of
 * zeros (or older bytes) after the last byte in use: no scanner may accept what lies there, and
 * none does, because every line ends with a newline.
 */
export interface ByteSource {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly buffer: Buffer;
}

/** A source over `capacity` bytes of fresh memory plus the slack. */
export function allocateSource(capacity: number): ByteSource {
  const buffer = Buffer.allocUnsafeSlow(capacity + slackBytes);
  const bytes = new Uint8Array(buffer.buffer, 0, buffer.length);
  return { bytes, view: new DataView(buffer.buffer, 0, buffer.length), buffer };
}

/** A source that holds a copy of `text` as UTF-8, then a newline. */
export function sourceOf(text: string | Uint8Array): ByteSource {
  const content = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  const source = allocateSource(content.length + 1);
  source.bytes.set(content);
  source.bytes.fill(10, content.length);
  return source;
}

/** The text between two positions; invalid UTF-8 becomes U+FFFD. */
export function textOf(source: ByteSource, start: number, end: number): string {
  return source.buffer.toString("utf8", start, end);
}
