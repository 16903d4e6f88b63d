import { EventEmitter } from "node:events";
import type { ColumnMetadata } from "tedious/lib/token/colmetadata-token-parser.js";
import type { TokenHandler } from "tedious/lib/token/handler.js";
import { NotEnoughDataError } from "tedious/lib/token/helpers.js";
import streamParser, {
  type ParserOptions,
  type TokenReader,
} from "tedious/lib/token/stream-parser.js";
import { type Token, TYPE } from "tedious/lib/token/token.js";
import type { RowReader } from "./row-reader.ts";

// The module sets `module.exports` to the class, where its types announce a `default` member
const TokenParser = streamParser as unknown as typeof streamParser.default;

/** Takes the rows of one statement as bytes. */
export interface RowSink {
  /** Called once, with the columns of the result; returns the reader of its rows. */
  begin(columns: readonly ColumnMetadata[]): RowReader;
  /** Called after each row; must be cheap. */
  rowRead(): void;
  /** Called when a packet's rows are read; the next packet waits for it, which is the back-pressure. */
  packetRead(): Promise<void> | undefined;
}

/** The rows of one statement: where they go, and whether the statement has ended, by an error for instance. */
export interface RowReceiver {
  readonly sink: RowSink;
  isOver: boolean;
}

/**
 * Reads the tokens of one response in place of tedious' own token stream: everything but rows is
 * parsed and handled by tedious, rows go from the packet to the sink without values or objects in
 * between. tedious turns decimals into doubles and drops the offset of datetimeoffset; here every
 * digit is kept, and a row costs a fraction (see the package's README, Speed).
 */
export class RowStream extends EventEmitter {
  readonly #receiver: RowReceiver;
  #isPaused = false;
  #resumed: (() => void) | undefined;

  constructor(options: {
    readonly message: AsyncIterable<Buffer>;
    readonly handler: TokenHandler;
    readonly parserOptions: ParserOptions;
    readonly receiver: RowReceiver;
  }) {
    super();
    this.#receiver = options.receiver;
    this.#run(options).then(
      () => this.#emitLater("end"),
      (error: unknown) => this.#emitLater("error", error),
    );
  }

  /** tedious asks for this while a request is paused or cancelled. */
  pause(): void {
    this.#isPaused = true;
  }

  /** The other half of `pause`. */
  resume(): void {
    this.#isPaused = false;
    this.#resumed?.();
    this.#resumed = undefined;
  }

  /** Outside of the promise chain, as tedious does, so that what a listener throws is not swallowed. */
  #emitLater(event: "end" | "error", ...values: readonly unknown[]): void {
    process.nextTick(() => {
      if (!this.#receiver.isOver) this.emit(event, ...values);
    });
  }

  async #run(options: {
    readonly message: AsyncIterable<Buffer>;
    readonly handler: TokenHandler;
    readonly parserOptions: ParserOptions;
  }): Promise<void> {
    const { sink } = this.#receiver;
    const parser = new SinkParser(options.parserOptions, sink);
    // Iterated by hand: `for await` would destroy tedious' message when parsing fails.
    const packets = options.message[Symbol.asyncIterator]();
    for (;;) {
      const packet = await packets.next();
      if (packet.done === true) break;
      // Packets may still wait here when the connection is lost or closed; whoever asked for the
      // rows has been told where they ended, so that no more may follow.
      if (this.#receiver.isOver) return;
      parser.write(packet.value);
      for (;;) {
        while (this.#isPaused) await new Promise<void>((resolve) => (this.#resumed = resolve));
        const token = parser.read();
        if (token === undefined) break;
        handle(options.handler, token);
      }
      await sink.packetRead();
    }
    parser.end();
  }
}

/** tedious' own dispatch: each token names the handler method that takes it. */
function handle(handler: TokenHandler, token: Token): void {
  // That `handlerName` fits the token's class is tedious' invariant, which its types cannot say
  (handler[token.handlerName] as (token: Token) => void).call(handler, token);
}

/** tedious' token parser, with its two row tokens taken over. */
class SinkParser extends TokenParser {
  readonly #sink: RowSink;
  #columns: readonly ColumnMetadata[] | undefined;
  #reader: RowReader | undefined;
  /** Called by the parser when a row goes on in the next packet. */
  readonly #rest: TokenReader;

  constructor(options: ParserOptions, sink: RowSink) {
    super(options);
    this.#sink = sink;
    this.#rest = {
      // The parser takes undefined as "no token to hand on", which its own readToken answers too
      read: () => this.#readRow() as unknown as Token,
    };
  }

  override readToken(): Token | undefined {
    const type = this.buffer[this.position];
    if (type === TYPE.ROW) {
      this.position += 1;
      return this.#startRow();
    }
    if (type !== TYPE.NBCROW) return super.readToken();
    const reader = this.#readerOfColumns();
    const start = this.position + 1;
    const end = start + reader.bitmapBytes;
    if (end > this.buffer.length)
      // oxlint-disable-next-line typescript/only-throw-error -- tedious' parser waits for data when it catches one
      throw new NotEnoughDataError(end);
    reader.beginCompressed(this.buffer.subarray(start, end));
    this.position = end;
    return this.#startRow();
  }

  #startRow(): undefined {
    this.#readerOfColumns();
    this.tokenReader = this.#rest;
    this.#readRow();
    return undefined;
  }

  #readRow(): undefined {
    const reader = this.#readerOfColumns();
    const next = reader.read(this.buffer, this.position);
    if (next < 0) {
      this.position = ~next;
      // oxlint-disable-next-line typescript/only-throw-error -- tedious' parser waits for data when it catches one
      throw new NotEnoughDataError(this.buffer.length + 1);
    }
    this.position = next;
    this.#sink.rowRead();
    return undefined;
  }

  #readerOfColumns(): RowReader {
    if (this.#reader === undefined || this.#columns !== this.colMetadata) {
      this.#columns = this.colMetadata;
      this.#reader = this.#sink.begin(this.colMetadata);
    }
    return this.#reader;
  }
}
