/** Smaller arrays are cheap to make; more than this in all is not kept. */
const bytesMin = 4096;
const poolBytesMax = 24 * 1024 * 1024;

/** Released memory by size: batches of one stream need the same sizes again and again. */
const free = new Map<number, ArrayBuffer[]>();
let freeBytes = 0;

/**
 * Memory of at least `sizeBytes`, with any content. Reuse keeps megabytes a batch from the garbage collector and from the
 * kernel.
 */
export function takeBuffer(sizeBytes: number): ArrayBuffer {
  if (sizeBytes < bytesMin) return new ArrayBuffer((sizeBytes + 7) & ~7);
  const size = sizeClass(sizeBytes);
  const buffer = free.get(size)?.pop();
  if (buffer === undefined) return new ArrayBuffer(size);
  freeBytes -= size;
  return buffer;
}

export function takeWords(length: number): Int32Array<ArrayBuffer> {
  return new Int32Array(takeBuffer(4 * length));
}

export function takeBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(takeBuffer(length));
}

/** Gives memory back that nobody reads or writes any more. */
export function giveBuffer(buffer: ArrayBuffer): void {
  const size = buffer.byteLength;
  if (size < bytesMin || size !== sizeClass(size) || freeBytes + size > poolBytesMax) return;
  const buffers = free.get(size);
  if (buffers === undefined) free.set(size, [buffer]);
  else buffers.push(buffer);
  freeBytes += size;
}

/** The next of eight sizes to a doubling. */
function sizeClass(sizeBytes: number): number {
  const step = 2 ** (28 - Math.clz32(sizeBytes - 1));
  return Math.ceil(sizeBytes / step) * step;
}
