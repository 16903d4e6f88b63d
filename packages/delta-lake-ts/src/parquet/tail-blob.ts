import type { BlobLike } from "../store.ts";

/** A footer with its indexes seldom is larger. */
const TAIL_BYTES = 64 * 1024;

/** The same blob, whose last bytes are read once: a Parquet reader asks for the footer in three parts. */
export function tailBlob(blob: BlobLike): BlobLike {
  const { size } = blob;
  const tailStart = Math.max(0, size - TAIL_BYTES);
  let tail: Promise<ArrayBuffer> | undefined;
  const range = async (start: number, end: number): Promise<ArrayBuffer> => {
    if (start < tailStart) return blob.slice(start, end).arrayBuffer();
    tail ??= blob.slice(tailStart, size).arrayBuffer();
    return (await tail).slice(start - tailStart, end - tailStart);
  };
  return {
    size,
    slice: (start = 0, end = size) => ({ arrayBuffer: () => range(start, Math.min(end, size)) }),
    arrayBuffer: () => blob.arrayBuffer(),
  };
}
