import { pipeline, type Readable, type Transform } from "node:stream";
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from "node:zlib";

const decompressors: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/**
 * A body as it was before its `Content-Encoding` (RFC 9110, section 8.4: the last one named was applied last). One that
 * is not known is left as it is. A body that ends early, or is no such encoding, fails the read.
 * Node's own decompressors: undici's interceptor warns on stderr that it is an experiment.
 */
export function decoded(
  body: Readable,
  contentEncoding: string | undefined,
): AsyncIterable<Uint8Array> {
  let stream: Readable = body;
  for (const name of (contentEncoding ?? "").toLowerCase().split(",").toReversed()) {
    const decompressor = decompressors[name.trim()]?.();
    // The error reaches whoever reads the last stream; the callback only keeps it from being thrown twice.
    if (decompressor !== undefined) stream = pipeline(stream, decompressor, () => undefined);
  }
  return stream;
}
