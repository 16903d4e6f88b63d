import { UserError } from "./error.ts";

/** What Meltano's `elt.buffer_size` is when nobody sets it, in bytes. */
const meltanoBufferBytes = 100 * 1024 * 1024;
const newline = 0x0a;
/** A message begins with its type and stream. */
const headBytes = 4096;

/**
 * The longest line that whoever reads our stdout takes, in bytes: half of Meltano's buffer when Meltano started us,
 * any length otherwise. Meltano itself dies of a longer one without saying whose it was.
 */
export function lineBytesMax(environment: Readonly<Record<string, string | undefined>>): number {
  if (environment["MELTANO_PROJECT_ROOT"] === undefined) return Number.POSITIVE_INFINITY;
  const buffer = Number(environment["MELTANO_ELT_BUFFER_SIZE"] ?? meltanoBufferBytes);
  return Math.floor((Number.isFinite(buffer) && buffer > 0 ? buffer : meltanoBufferBytes) / 2);
}

/** Throws E_LINE_LENGTH, naming the stream, when one of the lines is longer than `limit`. */
export function checkLines(bytes: Buffer, limit: number): void {
  for (let start = 0; start < bytes.length; ) {
    const newlineAt = bytes.indexOf(newline, start);
    const end = newlineAt < 0 ? bytes.length : newlineAt + 1;
    if (end - start > limit) {
      const head = bytes.toString("latin1", start, Math.min(end, start + headBytes));
      const stream = /"stream": ?"([^"\\]*)"/.exec(head)?.[1] ?? "?";
      throw new UserError(
        "E_LINE_LENGTH",
        `stream ${stream}: a message is ${end - start} bytes long, and Meltano takes ${limit} at most`,
        {
          hint: "raise Meltano's setting `elt.buffer_size` above twice that length, or deselect the long column",
        },
      );
    }
    start = end;
  }
}
