/** Characters of Windows-1252 at 0x80 to 0x9F; the others are those of Latin-1. */
const upperBlock = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
const byteOf = new Map(upperBlock.split("").map((character, index) => [character, 0x80 + index]));
const decoder = new TextDecoder("windows-1252");
const questionMark = 0x3f;

/** Encodes varchar text; a character outside the code page becomes a question mark. */
export function encodeCodePage(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const isSame = code < 0x80 || (code >= 0xa0 && code <= 0xff);
    bytes[index] = isSame ? code : (byteOf.get(text.charAt(index)) ?? questionMark);
  }
  return bytes;
}

/** Decodes varchar bytes. */
export function decodeCodePage(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
