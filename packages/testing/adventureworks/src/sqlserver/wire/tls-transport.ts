import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { type SecureContext, TLSSocket } from "node:tls";

import { MessageReader, packetize, packetType } from "./packet.ts";

/** Handshake packets are cut at the size that every client takes before login. */
const handshakePacketBytes = 4096;

/**
 * What TLS writes to and reads from: PRELOGIN packets during the handshake, bare TLS records
 * after it (MS-TDS 3.3.5.2). Incoming bytes tell the two apart by their first byte.
 */
class HandshakeTransport extends Duplex {
  #socket: Socket;
  #reader: MessageReader | undefined = new MessageReader();
  #flight: Buffer[] | undefined = [];
  #flightTimer: NodeJS.Immediate | undefined;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
  }

  /** Takes bytes that came from the network. */
  receive(chunk: Buffer): void {
    if (
      this.#reader !== undefined &&
      this.#flight === undefined &&
      chunk[0] !== packetType.prelogin
    )
      this.#reader = undefined;
    if (this.#reader === undefined) {
      if (!this.push(chunk)) this.#socket.pause();
      return;
    }
    for (const message of this.#reader.push(chunk)) this.push(message.data);
  }

  /** Sends what is left of the handshake; from here on records go out bare. */
  endHandshake(): void {
    this.#sendFlight();
    this.#flight = undefined;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#flight !== undefined) {
      this.#flight.push(chunk);
      // One flight of the handshake is one message: clients wait for exactly one answer.
      this.#flightTimer ??= setImmediate(() => this.#sendFlight());
      done();
      return;
    }
    if (this.#socket.destroyed) done();
    else this.#socket.write(chunk, (error) => done(error));
  }

  override _final(done: (error?: Error | null) => void): void {
    done();
  }

  #sendFlight(): void {
    clearImmediate(this.#flightTimer);
    this.#flightTimer = undefined;
    if (this.#flight === undefined || this.#flight.length === 0) return;
    const payload = Buffer.concat(this.#flight);
    this.#flight = [];
    this.#socket.write(
      packetize(payload, {
        type: packetType.prelogin,
        packetBytes: handshakePacketBytes,
        isLast: true,
        firstPacketId: 0,
        spid: 0,
      }),
    );
  }
}

/** TLS over a socket whose bytes the caller feeds in by `receive`. */
export interface TlsTransport {
  /** The clear side. */
  readonly stream: TLSSocket;
  receive(chunk: Buffer): void;
}

/** Starts the server's side of the handshake; `onError` gets its failure. */
export function startTls(
  socket: Socket,
  secureContext: SecureContext,
  onError: (error: Error) => void,
): TlsTransport {
  const transport = new HandshakeTransport(socket);
  const stream = new TLSSocket(transport, { isServer: true, secureContext });
  stream.once("secure", () => {
    // OpenSSL reports the end of the handshake before its last flight is written.
    setImmediate(() => transport.endHandshake());
  });
  stream.on("error", onError);
  transport.on("error", onError);
  return { stream, receive: (chunk) => transport.receive(chunk) };
}
