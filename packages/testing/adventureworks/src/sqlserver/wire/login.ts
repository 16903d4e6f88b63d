/** What a LOGIN7 message says that this server uses (MS-TDS 2.2.6.4). */
export interface Login {
  readonly tdsVersion: number;
  readonly packetBytes: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly hostName: string;
  readonly applicationName: string;
  readonly hasFeatures: boolean;
  readonly isIntegrated: boolean;
  /** ApplicationIntent=ReadOnly. */
  readonly isReadOnly: boolean;
}

/** Offsets of the (position, length) pairs in the fixed part. */
const field = { hostName: 36, user: 40, password: 44, applicationName: 48, database: 68 } as const;
const fixedBytes = 94;

/** Reads a LOGIN7 message; throws when it is too short to be one. */
export function readLogin(data: Buffer): Login {
  if (data.length < fixedBytes - 8) throw new Error(`a LOGIN7 message of ${data.length} bytes`);
  const text = (offset: number): string => fieldBytes(data, offset).toString("utf16le");
  return {
    tdsVersion: data.readUInt32LE(4),
    packetBytes: data.readUInt32LE(8),
    user: text(field.user),
    password: unscramble(fieldBytes(data, field.password)).toString("utf16le"),
    database: text(field.database),
    hostName: text(field.hostName),
    applicationName: text(field.applicationName),
    isIntegrated: (data.readUInt8(25) & 0x80) !== 0,
    isReadOnly: (data.readUInt8(26) & 0x20) !== 0,
    hasFeatures: (data.readUInt8(27) & 0x10) !== 0,
  };
}

function fieldBytes(data: Buffer, offset: number): Buffer {
  const position = data.readUInt16LE(offset);
  return data.subarray(position, position + data.readUInt16LE(offset + 2) * 2);
}

/** Undoes the password's scramble: XOR 0xA5, then the halves of each byte swapped. */
function unscramble(scrambled: Buffer): Buffer {
  return Buffer.from(scrambled.map((byte) => swapHalves(byte ^ 0xa5)));
}

function swapHalves(byte: number): number {
  return ((byte & 0x0f) << 4) | (byte >> 4);
}
