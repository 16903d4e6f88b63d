import type { Type } from "./type.ts";
import type { Value } from "./value.ts";

/** One column of a result, as COLMETADATA tells it. */
export interface ResultColumn {
  readonly name: string;
  readonly type: Type;
  readonly nullable: boolean;
  readonly isIdentity?: boolean;
  readonly isComputed?: boolean;
}

/** The rows of a result, pulled one at a time. */
export interface Cursor {
  readonly columns: readonly ResultColumn[];
  /** The current row; the same array for every row. */
  readonly values: readonly Value[];
  /** Moves to the next row; false when there is none. */
  next(): boolean;
}
