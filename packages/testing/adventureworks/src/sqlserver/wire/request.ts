import type { Writable } from "node:stream";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

import { SqlError } from "../engine/error.ts";
import type { Session, SessionEvent } from "../engine/session-event.ts";
import { errorOf, makeFaultStep, type StatementFault } from "../fault.ts";
import { ByteReader, skipHeaders } from "./byte-reader.ts";
import { type Message, packetType } from "./packet.ts";
import { PreparedStatements } from "./prepared.ts";
import { drained, Response } from "./response.ts";
import { RowWriter, writeColumnMetadata } from "./row-writer.ts";
import { readBatch, readCalls } from "./rpc.ts";
import {
  doneStatus,
  doneToken,
  envChange,
  writeBinaryEnvChange,
  writeDone,
  writeError,
  writeInfo,
  writeReturnStatus,
  writeTextEnvChange,
} from "./token.ts";
import { TokenBuffer } from "./token-buffer.ts";

export interface RequestRunnerOptions {
  readonly output: Writable;
  readonly session: Session;
  readonly packetBytes: number;
  readonly tdsVersion: number;
  /** Sees each statement before it runs, and may let it go wrong. */
  onStatement(sql: string): StatementFault | undefined;
  /** Packets that answer a statement as they are, encoded beforehand. */
  replay?(sql: string): Iterable<Buffer> | undefined;
}

/** TDS 7.3 with NBCROW. */
const tds73b = 0x730b0003;
/** Rows between two looks at the event loop, where an attention may wait. */
const rowsPerTurn = 4096;

/** Runs the requests of a connection that has logged in. */
export class RequestRunner {
  #options: RequestRunnerOptions;
  #prepared = new PreparedStatements();
  #tokens = new TokenBuffer(128 * 1024);
  #isCancelled = false;
  #isReplayed = false;
  #transactionId = 0n;
  /** What goes wrong with the statement under way. */
  #fault: StatementFault | undefined;

  constructor(options: RequestRunnerOptions) {
    this.#options = options;
  }

  /** Stops the request that runs; the attention that follows is acknowledged in its turn. */
  cancel(): void {
    this.#isCancelled = true;
  }

  async run(message: Message): Promise<void> {
    const { output, packetBytes, session } = this.#options;
    const response = new Response(output, { packetBytes, spid: session.id, tokens: this.#tokens });
    if (message.resetConnection) {
      session.reset();
      writeTextEnvChange(response.tokens, { type: envChange.resetAck, now: "", before: "" });
    }
    switch (message.type) {
      case packetType.attention:
        this.#isCancelled = false;
        this.#done(response, { token: doneToken.done, status: doneStatus.attention });
        break;
      case packetType.sqlBatch:
        await this.#batch(response, readBatch(message.data));
        break;
      case packetType.rpc:
        await this.#calls(response, message.data);
        break;
      case packetType.transactionManager:
        await this.#transaction(response, message.data);
        break;
      default:
        throw new Error(`requests of type ${message.type} are not served`);
    }
    if (this.#isReplayed) this.#isReplayed = false;
    else await response.end();
  }

  /** Sends packets that were encoded beforehand in place of a response; answers whether there were any. */
  async #replay(sql: string): Promise<boolean> {
    const packets = this.#options.replay?.(sql);
    if (packets === undefined) return false;
    const { output } = this.#options;
    for (const packet of packets) {
      if (!output.write(packet)) await drained(output);
      if (this.#isCancelled || output.destroyed) break;
    }
    this.#isReplayed = true;
    return true;
  }

  async #batch(response: Response, sql: string): Promise<void> {
    if (await this.#replay(sql)) return;
    await this.#guarded(response, doneToken.done, async () => {
      await this.#begin(sql);
      await this.#play(response, this.#options.session.execute(sql, []), doneToken.done);
    });
  }

  async #calls(response: Response, data: Buffer): Promise<void> {
    const calls = readCalls(data);
    for (const [index, call] of calls.entries()) {
      const more = index < calls.length - 1 ? doneStatus.more : 0;
      await this.#guarded(response, doneToken.doneProc, async () => {
        const run = this.#prepared.start(call, this.#options.session);
        if (run.sql !== undefined) {
          if (await this.#replay(run.sql)) return;
          await this.#begin(run.sql);
          run.writeHandle?.(response.tokens);
          const events = this.#options.session.execute(run.sql, run.variables);
          await this.#play(response, events, doneToken.doneInProc);
          writeReturnStatus(response.tokens, 0);
        } else {
          writeReturnStatus(response.tokens, 0);
          run.writeHandle?.(response.tokens);
        }
        this.#done(response, { token: doneToken.doneProc, status: more });
      });
      if (this.#isCancelled) return;
    }
  }

  /** Asks for a fault, which may be all that happens. */
  async #begin(sql: string): Promise<void> {
    this.#fault = this.#options.onStatement(sql);
    if (this.#fault?.type === "stall") await this.#wait(this.#fault.waitMs);
    if (this.#fault?.type === "error" && this.#fault.afterRows === undefined)
      throw errorOf(this.#fault.number);
  }

  async #transaction(response: Response, data: Buffer): Promise<void> {
    const reader = new ByteReader(data);
    skipHeaders(reader);
    const change = transactionRequests[reader.uint16()];
    await this.#guarded(response, doneToken.done, async () => {
      if (change === undefined)
        throw new SqlError(3989, "The transaction request is not supported.");
      await this.#play(response, this.#options.session.changeTransaction(change), doneToken.done);
    });
  }

  /** Turns a SqlError into ERROR and DONE; every other error ends the connection. */
  async #guarded(response: Response, token: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      writeError(response.tokens, error);
      this.#done(response, { token, status: doneStatus.error });
    }
  }

  async #play(response: Response, events: Iterable<SessionEvent>, token: number): Promise<void> {
    let pending: { status: number; command: number; rowCount: number } | undefined;
    const isProcedure = token === doneToken.doneInProc;
    for (const event of events) {
      // Whether a statement is the last one is known only when the next one speaks.
      if (pending !== undefined)
        this.#done(response, { ...pending, token, status: pending.status | doneStatus.more });
      pending = undefined;
      switch (event.type) {
        case "done":
          pending = {
            status: event.rowCount === undefined ? 0 : doneStatus.count,
            command: event.command,
            rowCount: event.rowCount ?? 0,
          };
          break;
        case "rows": {
          const rowCount = await this.#rows(response, event.cursor);
          if (rowCount === undefined) return;
          pending = { status: doneStatus.count, command: selectCommand, rowCount };
          break;
        }
        case "wait":
          await response.flush();
          await this.#wait(event.delayMs);
          break;
        default:
          this.#tell(response, event);
      }
      if (this.#isCancelled) return;
    }
    const last = pending ?? { status: 0, command: 0, rowCount: 0 };
    if (pending === undefined && isProcedure) return;
    this.#done(response, {
      ...last,
      token,
      status: last.status | (isProcedure ? doneStatus.more : 0),
    });
  }

  /** Waits, looking for an attention now and then. */
  async #wait(delayMs: number): Promise<void> {
    const end = performance.now() + delayMs;
    while (performance.now() < end && !this.#isCancelled && !this.#options.output.destroyed)
      await sleep(Math.min(20, Math.max(1, end - performance.now())));
  }

  /** Writes one result; returns its row count, or `undefined` when it was cancelled. */
  async #rows(response: Response, cursor: RowsEvent["cursor"]): Promise<number | undefined> {
    const out = response.tokens;
    writeColumnMetadata(out, cursor.columns, this.#options.session.database);
    const writer = new RowWriter(cursor, { hasNullBitmap: this.#options.tdsVersion >= tds73b });
    const step = makeFaultStep(this.#fault, {
      flush: () => response.flush(),
      drop: () => this.#options.output.destroy(),
    });
    let rowCount = 0;
    while (cursor.next()) {
      writer.write(out);
      rowCount += 1;
      if (step !== undefined && (await step(rowCount))) return undefined;
      if (response.isFull) await response.flush();
      else if (rowCount % rowsPerTurn !== 0) continue;
      await nextTurn();
      if (this.#isCancelled || this.#options.output.destroyed) return undefined;
    }
    return rowCount;
  }

  #tell(
    response: Response,
    event: Exclude<SessionEvent, { type: "rows" | "done" | "wait" }>,
  ): void {
    const out = response.tokens;
    switch (event.type) {
      case "info":
        writeInfo(out, event.number, event.message);
        return;
      case "database":
        writeTextEnvChange(out, { type: envChange.database, now: event.now, before: event.before });
        return;
      case "transaction":
        this.#tellTransaction(out, event.change);
    }
  }

  #tellTransaction(out: TokenBuffer, change: keyof typeof transactionChanges): void {
    const none = Buffer.alloc(0);
    if (change === "begin") this.#transactionId += 1n;
    const id = Buffer.alloc(8);
    id.writeBigUInt64LE(this.#transactionId);
    const isBegin = change === "begin";
    writeBinaryEnvChange(out, {
      type: transactionChanges[change],
      now: isBegin ? id : none,
      before: isBegin ? none : id,
    });
  }

  #done(
    response: Response,
    done: { token: number; status: number; command?: number; rowCount?: number },
  ): void {
    const inTransaction = this.#options.session.transactionDepth > 0 ? doneStatus.inTransaction : 0;
    writeDone(response.tokens, {
      token: done.token,
      status: done.status | inTransaction,
      command: done.command ?? 0,
      rowCount: done.rowCount ?? 0,
    });
  }
}

type RowsEvent = Extract<SessionEvent, { type: "rows" }>;

const selectCommand = 0xc1;
const transactionChanges = {
  begin: envChange.begin,
  commit: envChange.commit,
  rollback: envChange.rollback,
} as const;
/** Request types of MS-TDS 2.2.6.9. */
const transactionRequests: Readonly<Record<number, "begin" | "commit" | "rollback">> = {
  5: "begin",
  7: "commit",
  8: "rollback",
};
