import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContext } from "node:tls";

import { SqlError } from "../engine/error.ts";
import type { Session } from "../engine/session-event.ts";
import type { StatementFault } from "../fault.ts";
import { type Login, readLogin } from "./login.ts";
import { type Message, MessageReader, packetType } from "./packet.ts";
import { chooseEncryption, encryption, preloginResponse, readEncryption } from "./prelogin.ts";
import { RequestRunner } from "./request.ts";
import { Response } from "./response.ts";
import { startTls, type TlsTransport } from "./tls-transport.ts";
import {
  doneStatus,
  doneToken,
  envChange,
  writeBinaryEnvChange,
  writeDone,
  writeError,
  writeInfo,
  writeLoginAck,
  writeNoFeatures,
  writeTextEnvChange,
} from "./token.ts";
import { collation } from "./type-info.ts";

/** What a connection needs of its server. */
export interface ConnectionOptions {
  /** Absent when the server offers no encryption. */
  readonly secureContext: SecureContext | undefined;
  /** Checks a login; throws SqlError to refuse it. */
  openSession(login: Login): Session;
  closeSession(session: Session): void;
  onStatement(sql: string): StatementFault | undefined;
  replay?(sql: string): Iterable<Buffer> | undefined;
}

const tds72 = 0x72000000;
const tds74 = 0x74000004;
const packetBytesBeforeLogin = 4096;
const packetBytesMax = 32_767;

/** One client: PRELOGIN, TLS, LOGIN7, then requests one after the other. */
export class Connection {
  #socket: Socket;
  #options: ConnectionOptions;
  #stream: Duplex;
  #tls: TlsTransport | undefined;
  #isEncryptedForLoginOnly = false;
  #reader = new MessageReader();
  #queue: Message[] = [];
  #isBusy = false;
  #runner: RequestRunner | undefined;
  #session: Session | undefined;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#stream = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", () => this.close());
    socket.on("close", () => this.close());
  }

  /** Ends the connection at once; a running request stops. */
  close(): void {
    this.#runner?.cancel();
    if (this.#session !== undefined) this.#options.closeSession(this.#session);
    this.#session = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#tls === undefined) this.#takeClear(chunk);
    else this.#tls.receive(chunk);
  }

  #takeClear(chunk: Buffer): void {
    try {
      for (const message of this.#reader.push(chunk)) this.#takeMessage(message);
    } catch {
      // Bytes that are no TDS packet: a server hangs up.
      this.close();
    }
  }

  #takeMessage(message: Message): void {
    // Attention overtakes: it stops the request that runs, or is answered in its turn.
    if (message.type === packetType.attention && this.#isBusy) this.#runner?.cancel();
    this.#queue.push(message);
    if (!this.#isBusy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    try {
      for (let message = this.#queue.shift(); message !== undefined; message = this.#queue.shift())
        await this.#handle(message);
    } catch {
      // A request that cannot be read, or a socket that is gone: a server hangs up.
      this.close();
    } finally {
      this.#isBusy = false;
    }
  }

  async #handle(message: Message): Promise<void> {
    if (this.#runner !== undefined) {
      await this.#runner.run(message);
      return;
    }
    switch (message.type) {
      case packetType.prelogin:
        await this.#prelogin(message.data);
        return;
      case packetType.login7:
        await this.#login(readLogin(message.data));
        return;
      default:
        this.close();
    }
  }

  async #prelogin(data: Buffer): Promise<void> {
    const { secureContext } = this.#options;
    const asked = readEncryption(data) ?? encryption.notSupported;
    const choice = chooseEncryption(asked, secureContext !== undefined);
    const response = this.#response();
    response.tokens.raw(preloginResponse(choice.answer));
    await response.end();
    if (choice.extent === "none" || secureContext === undefined) return;
    this.#isEncryptedForLoginOnly = choice.extent === "login";
    this.#tls = startTls(this.#socket, secureContext, () => this.close());
    this.#tls.stream.on("data", (chunk: Buffer) => this.#takeClear(chunk));
    this.#stream = this.#tls.stream;
  }

  async #login(login: Login): Promise<void> {
    if (this.#isEncryptedForLoginOnly) {
      this.#tls = undefined;
      this.#stream = this.#socket;
    }
    const response = this.#response();
    try {
      if (login.tdsVersion < tds72)
        throw new SqlError(17_886, "The server speaks TDS 7.2 and later.");
      const session = this.#options.openSession(login);
      this.#session = session;
      const packetBytes = Math.min(Math.max(login.packetBytes, 512), packetBytesMax);
      writeLoginTokens(response, { login, session, packetBytes });
      this.#runner = new RequestRunner({
        output: this.#stream,
        session,
        packetBytes: login.packetBytes === 0 ? packetBytesBeforeLogin : packetBytes,
        tdsVersion: login.tdsVersion,
        onStatement: (sql) => this.#options.onStatement(sql),
        replay: (sql) => this.#options.replay?.(sql),
      });
      await response.end();
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      writeError(response.tokens, error);
      writeDone(response.tokens, {
        token: doneToken.done,
        status: doneStatus.error,
        command: 0,
        rowCount: 0,
      });
      await response.end();
      this.#stream.end();
    }
  }

  #response(): Response {
    return new Response(this.#stream, {
      packetBytes: packetBytesBeforeLogin,
      spid: this.#session?.id ?? 0,
    });
  }
}

function writeLoginTokens(
  response: Response,
  { login, session, packetBytes }: { login: Login; session: Session; packetBytes: number },
): void {
  const out = response.tokens;
  writeTextEnvChange(out, { type: envChange.database, now: session.database, before: "master" });
  writeInfo(out, 5701, `Changed database context to '${session.database}'.`);
  writeBinaryEnvChange(out, { type: envChange.collation, now: collation, before: Buffer.alloc(0) });
  writeTextEnvChange(out, { type: envChange.language, now: "us_english", before: "" });
  writeInfo(out, 5703, "Changed language setting to us_english.");
  writeLoginAck(out, Math.min(login.tdsVersion, tds74));
  if (login.packetBytes !== 0) {
    writeTextEnvChange(out, {
      type: envChange.packetSize,
      now: String(packetBytes),
      before: String(packetBytesBeforeLogin),
    });
  }
  if (login.hasFeatures) writeNoFeatures(out);
  writeDone(out, { token: doneToken.done, status: 0, command: 0, rowCount: 0 });
}
