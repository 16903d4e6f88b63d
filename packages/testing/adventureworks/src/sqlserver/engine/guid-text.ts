/** The text positions of the bytes of a uniqueidentifier, in stored order. */
const positions = [6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/** Writes a uniqueidentifier's 16 bytes into `bytes` at `start`. */
export function writeGuid(text: string, bytes: Uint8Array, start: number): void {
  let at = start;
  for (const position of positions) {
    const high = hexDigit(text.charCodeAt(position));
    bytes[at] = (high << 4) | hexDigit(text.charCodeAt(position + 1));
    at += 1;
  }
}

/** The 16 stored bytes of a uniqueidentifier. */
export function encodeGuid(text: string): Buffer {
  const bytes = Buffer.alloc(16);
  writeGuid(text, bytes, 0);
  return bytes;
}

/** Reads 16 stored bytes as upper-case text. */
export function decodeGuid(bytes: Uint8Array): string {
  const digits = Array.from({ length: 36 }, () => "-");
  positions.forEach((position, index) => {
    const byte = (bytes[index] ?? 0).toString(16).toUpperCase().padStart(2, "0");
    digits[position] = byte.charAt(0);
    digits[position + 1] = byte.charAt(1);
  });
  return digits.join("");
}

function hexDigit(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code & 0x5f) - 0x37;
}
