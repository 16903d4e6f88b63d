import { ByteReader, skipHeaders } from "./byte-reader.ts";
import { type Parameter, readParameter } from "./parameter.ts";

/** A remote procedure call; the system procedures that have a number come by name. */
export interface RemoteCall {
  readonly procedure: string;
  readonly parameters: readonly Parameter[];
}

/** Procedure ids of MS-TDS 2.2.6.6. */
const procedureNames: Readonly<Record<number, string>> = {
  10: "sp_executesql",
  11: "sp_prepare",
  12: "sp_execute",
  13: "sp_prepexec",
  15: "sp_unprepare",
};
const idMarker = 0xffff;
/** A byte of this value or above, where a parameter would start, parts two calls. */
const batchFlag = 0x80;

/** Reads the calls of one RPC message. */
export function readCalls(data: Buffer): readonly RemoteCall[] {
  const reader = new ByteReader(data);
  skipHeaders(reader);
  const calls: RemoteCall[] = [];
  while (!reader.isAtEnd) calls.push(readCall(reader));
  return calls;
}

function readCall(reader: ByteReader): RemoteCall {
  const length = reader.uint16();
  const procedure = length === idMarker ? nameOfId(reader.uint16()) : reader.utf16(length);
  reader.uint16();
  const parameters: Parameter[] = [];
  while (!reader.isAtEnd) {
    if ((reader.bytes[reader.position] ?? 0) >= batchFlag) {
      reader.uint8();
      break;
    }
    parameters.push(readParameter(reader));
  }
  return { procedure, parameters };
}

function nameOfId(id: number): string {
  return procedureNames[id] ?? `#${id}`;
}

/** The text of an SQL batch. */
export function readBatch(data: Buffer): string {
  const reader = new ByteReader(data);
  skipHeaders(reader);
  return data.toString("utf16le", reader.position);
}
