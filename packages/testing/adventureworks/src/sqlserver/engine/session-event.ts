import type { Cursor } from "./cursor.ts";
import type { Type } from "./type.ts";
import type { Value } from "./value.ts";

/** Commands as DONE tells them (MS-TDS 2.2.7.6, CurCmd). */
export const command = {
  select: 0xc1,
  set: 0xbe,
  begin: 0xd4,
  commit: 0xd5,
  rollback: 0xd2,
  use: 0xe3,
} as const;

/** What a batch brings about, in order; the wire turns each into tokens. */
export type SessionEvent =
  /** The cursor must be read to its end, or given up for good, before the next event is asked for. */
  | { readonly type: "rows"; readonly cursor: Cursor }
  /** A statement has ended; `rowCount` only where one counts. */
  | { readonly type: "done"; readonly command: number; readonly rowCount?: number }
  | { readonly type: "info"; readonly number: number; readonly message: string }
  | { readonly type: "database"; readonly now: string; readonly before: string }
  | { readonly type: "transaction"; readonly change: "begin" | "commit" | "rollback" }
  /** The batch goes on after a while. */
  | { readonly type: "wait"; readonly delayMs: number };

/** A value that a batch sees under a name with `@`. */
export interface Variable {
  readonly name: string;
  readonly type: Type;
  readonly value: Value;
}

/** What the wire needs of an engine's session; nothing in it knows of TDS. */
export interface Session {
  readonly id: number;
  readonly database: string;
  readonly transactionDepth: number;
  /** Runs a batch; throws SqlError when it is aborted. */
  execute(sql: string, variables: readonly Variable[]): Iterable<SessionEvent>;
  /** Begins, commits or rolls back, as asked outside of SQL. */
  changeTransaction(change: "begin" | "commit" | "rollback"): Iterable<SessionEvent>;
  /** Checks a statement without running it; throws SqlError. */
  check(sql: string): void;
  /** What `sp_reset_connection` does. */
  reset(): void;
}
