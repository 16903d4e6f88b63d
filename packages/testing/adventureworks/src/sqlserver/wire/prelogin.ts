/** The values of the ENCRYPTION option (MS-TDS 2.2.6.5). */
export const encryption = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

const option = { version: 0, encryption: 1, instance: 2, threadId: 3, mars: 4 } as const;
const terminator = 0xff;
/** Reported as SQL Server 2022: 16.0.1000. */
export const serverVersion = { major: 16, minor: 0, build: 1000 } as const;

/** The encryption that a client's PRELOGIN asks for; `undefined` when it does not say. */
export function readEncryption(data: Buffer): number | undefined {
  let position = 0;
  while (position + 5 <= data.length && data[position] !== terminator) {
    if (data[position] === option.encryption) return data[data.readUInt16BE(position + 1)];
    position += 5;
  }
  return undefined;
}

/** What the server answers, and what it means for this connection. */
export interface EncryptionChoice {
  readonly answer: number;
  /** `login`: only the LOGIN7 message is encrypted. */
  readonly extent: "none" | "login" | "all";
}

/** Chooses as MS-TDS 2.2.6.5 says for a server that offers, but does not force, encryption. */
export function chooseEncryption(asked: number, isOffered: boolean): EncryptionChoice {
  if (!isOffered) return { answer: encryption.notSupported, extent: "none" };
  switch (asked & 0x0f) {
    case encryption.on:
    case encryption.required:
      return { answer: encryption.on, extent: "all" };
    case encryption.off:
      return { answer: encryption.off, extent: "login" };
    default:
      return { answer: encryption.notSupported, extent: "none" };
  }
}

/** The server's PRELOGIN answer. */
export function preloginResponse(encryptionAnswer: number): Buffer {
  const { major, minor, build } = serverVersion;
  const options: readonly [number, readonly number[]][] = [
    [option.version, [major, minor, build >> 8, build & 0xff, 0, 0]],
    [option.encryption, [encryptionAnswer]],
    [option.instance, [0]],
    [option.threadId, []],
    [option.mars, [0]],
  ];
  const head: number[] = [];
  const body: number[] = [];
  const headBytes = options.length * 5 + 1;
  for (const [token, data] of options) {
    const offset = headBytes + body.length;
    head.push(token, offset >> 8, offset & 0xff, data.length >> 8, data.length & 0xff);
    body.push(...data);
  }
  return Buffer.from([...head, terminator, ...body]);
}
