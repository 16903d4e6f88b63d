/** Z85, as ZeroMQ's RFC 32 has it: four bytes in five printable characters. */
const ALPHABET =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
const DIGITS = new Map(Array.from(ALPHABET, (character, index) => [character, index]));

/** Decodes a text whose length is a multiple of five; undefined when it is not Z85. */
export function decodeZ85(text: string): Uint8Array | undefined {
  if (text.length % 5 !== 0) return undefined;
  const bytes = new Uint8Array((text.length / 5) * 4);
  const view = new DataView(bytes.buffer);
  for (let group = 0; group < text.length / 5; group += 1) {
    let value = 0;
    for (let index = 0; index < 5; index += 1) {
      const digit = DIGITS.get(text[group * 5 + index] ?? "");
      if (digit === undefined) return undefined;
      value = value * 85 + digit;
    }
    if (value > 0xff_ff_ff_ff) return undefined;
    view.setUint32(group * 4, value);
  }
  return bytes;
}

/** Encodes bytes whose number is a multiple of four. */
export function encodeZ85(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  for (let start = 0; start < bytes.length; start += 4) {
    let value = view.getUint32(start);
    let group = "";
    for (let index = 0; index < 5; index += 1) {
      group = (ALPHABET[value % 85] ?? "") + group;
      value = Math.floor(value / 85);
    }
    text += group;
  }
  return text;
}
