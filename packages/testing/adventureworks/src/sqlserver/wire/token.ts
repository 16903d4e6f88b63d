import type { SqlError } from "../engine/error.ts";
import { serverVersion } from "./prelogin.ts";
import type { TokenBuffer } from "./token-buffer.ts";

const token = {
  returnStatus: 0x79,
  error: 0xaa,
  info: 0xab,
  loginAck: 0xad,
  featureExtAck: 0xae,
  envChange: 0xe3,
};
/** DONE, DONEPROC and DONEINPROC (MS-TDS 2.2.7.6 to 2.2.7.8). */
export const doneToken = { done: 0xfd, doneProc: 0xfe, doneInProc: 0xff } as const;
/** Bits of a DONE's status. */
export const doneStatus = {
  more: 0x01,
  error: 0x02,
  inTransaction: 0x04,
  count: 0x10,
  attention: 0x20,
} as const;
/** ENVCHANGE types (MS-TDS 2.2.7.9). */
export const envChange = {
  database: 1,
  language: 2,
  packetSize: 4,
  collation: 7,
  begin: 8,
  commit: 9,
  rollback: 10,
  resetAck: 18,
} as const;

/** The name under which the double reports itself. */
export const serverName = "ADVENTUREWORKS";

/** Writes a token with a two-byte length in front of its body. */
function withLength(out: TokenBuffer, name: number, writeBody: () => void): void {
  out.uint8(name);
  out.uint16(0);
  const start = out.position;
  writeBody();
  out.bytes.writeUInt16LE(out.position - start, start - 2);
}

export function writeError(out: TokenBuffer, error: SqlError): void {
  writeMessage(out, token.error, error);
}

/** Writes an INFO token, class 0. */
export function writeInfo(out: TokenBuffer, number: number, message: string): void {
  writeMessage(out, token.info, { number, message, state: 1, class: 0 });
}

function writeMessage(
  out: TokenBuffer,
  name: number,
  message: { number: number; state: number; class: number; message: string },
): void {
  withLength(out, name, () => {
    out.int32(message.number);
    out.uint8(message.state);
    out.uint8(message.class);
    out.longText(message.message.slice(0, 2048));
    out.shortText(serverName);
    out.shortText("");
    out.int32(1);
  });
}

export function writeLoginAck(out: TokenBuffer, tdsVersion: number): void {
  withLength(out, token.loginAck, () => {
    out.uint8(1);
    out.uint32BigEndian(tdsVersion);
    out.shortText("Microsoft SQL Server");
    out.uint8(serverVersion.major);
    out.uint8(serverVersion.minor);
    out.uint8(serverVersion.build >> 8);
    out.uint8(serverVersion.build & 0xff);
  });
}

/** Says that none of the features that the client asked for is there. */
export function writeNoFeatures(out: TokenBuffer): void {
  out.uint8(token.featureExtAck);
  out.uint8(0xff);
}

export function writeTextEnvChange(
  out: TokenBuffer,
  change: { type: number; now: string; before: string },
): void {
  withLength(out, token.envChange, () => {
    out.uint8(change.type);
    out.shortText(change.now);
    out.shortText(change.before);
  });
}

export function writeBinaryEnvChange(
  out: TokenBuffer,
  change: { type: number; now: Uint8Array; before: Uint8Array },
): void {
  withLength(out, token.envChange, () => {
    out.uint8(change.type);
    out.uint8(change.now.length);
    out.raw(change.now);
    out.uint8(change.before.length);
    out.raw(change.before);
  });
}

export function writeDone(
  out: TokenBuffer,
  done: { token: number; status: number; command: number; rowCount: number },
): void {
  out.uint8(done.token);
  out.uint16(done.status);
  out.uint16(done.command);
  out.uint64(BigInt(done.rowCount));
}

export function writeReturnStatus(out: TokenBuffer, status: number): void {
  out.uint8(token.returnStatus);
  out.int32(status);
}
