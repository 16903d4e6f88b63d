import type { Type } from "./type.ts";
import type { Value } from "./value.ts";

export type CompareOperator = "=" | "<>" | "<" | "<=" | ">" | ">=";
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^";

/** An expression or a predicate. */
export type Expression =
  | { readonly type: "literal"; readonly of: Type; readonly value: Value }
  | { readonly type: "variable"; readonly name: string }
  | { readonly type: "column"; readonly parts: readonly string[] }
  | { readonly type: "negate" | "complement" | "not"; readonly operand: Expression }
  | Binary<"arithmetic", ArithmeticOperator>
  | Binary<"compare", CompareOperator>
  | Binary<"logic", "and" | "or">
  | { readonly type: "is-null"; readonly operand: Expression; readonly isNegated: boolean }
  | Like
  | {
      readonly type: "in";
      readonly operand: Expression;
      readonly list: readonly Expression[];
      readonly isNegated: boolean;
    }
  | {
      readonly type: "in-query";
      readonly operand: Expression;
      readonly query: Query;
      readonly isNegated: boolean;
    }
  | { readonly type: "exists"; readonly query: Query }
  | { readonly type: "subquery"; readonly query: Query }
  | Case
  | Cast
  | Call
  | { readonly type: "method"; readonly operand: Expression; readonly name: string };

interface Binary<T extends string, O extends string> {
  readonly type: T;
  readonly operator: O;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Like {
  readonly type: "like";
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape: Expression | undefined;
  readonly isNegated: boolean;
}

export interface Case {
  readonly type: "case";
  readonly branches: readonly { readonly when: Expression; readonly result: Expression }[];
  readonly otherwise: Expression | undefined;
}

export interface Cast {
  readonly type: "cast";
  readonly operand: Expression;
  readonly to: Type;
  readonly style: Expression | undefined;
  /** TRY_CAST and TRY_CONVERT: null where the conversion fails. */
  readonly isTry: boolean;
}

export interface Call {
  readonly type: "call";
  /** Upper case, without a schema. */
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly isStar: boolean;
  readonly isDistinct: boolean;
}

export type SelectItem =
  | { readonly type: "star"; readonly qualifier: readonly string[] }
  | {
      readonly type: "expression";
      readonly expression: Expression;
      readonly alias: string | undefined;
    }
  | { readonly type: "assign"; readonly variable: string; readonly expression: Expression };

export type TableReference =
  | {
      readonly type: "table";
      readonly parts: readonly string[];
      readonly alias: string | undefined;
    }
  | {
      readonly type: "function";
      readonly parts: readonly string[];
      /** The table of CHANGETABLE(CHANGES …). */
      readonly table: readonly string[];
      readonly arguments: readonly Expression[];
      readonly alias: string | undefined;
    }
  | {
      readonly type: "derived";
      readonly query: Query;
      readonly alias: string;
      readonly columns: readonly string[];
    }
  | Join;

export interface Join {
  readonly type: "join";
  readonly kind: "inner" | "left" | "cross";
  readonly left: TableReference;
  readonly right: TableReference;
  readonly on: Expression | undefined;
}

export interface Select {
  readonly type: "select";
  readonly isDistinct: boolean;
  readonly top: Expression | undefined;
  readonly items: readonly SelectItem[];
  readonly from: TableReference | undefined;
  readonly where: Expression | undefined;
  readonly groupBy: readonly Expression[];
  readonly having: Expression | undefined;
}

export interface Union {
  readonly type: "union";
  readonly isAll: boolean;
  readonly left: Select | Union;
  readonly right: Select | Union;
}

export interface OrderItem {
  readonly expression: Expression;
  readonly isDescending: boolean;
}

/** A query with what may stand around it. */
export interface Query {
  readonly with: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly query: Query;
  }[];
  readonly body: Select | Union;
  readonly orderBy: readonly OrderItem[];
  readonly offset: Expression | undefined;
  readonly fetch: Expression | undefined;
}

export type Statement =
  | { readonly type: "query"; readonly query: Query }
  | {
      readonly type: "declare";
      readonly variables: readonly {
        readonly name: string;
        readonly of: Type;
        readonly value: Expression | undefined;
      }[];
    }
  | { readonly type: "set-variable"; readonly name: string; readonly value: Expression }
  | { readonly type: "set-option"; readonly isolation?: "snapshot" | "other" }
  | { readonly type: "use"; readonly database: string }
  | { readonly type: "transaction"; readonly change: "begin" | "commit" | "rollback" }
  | { readonly type: "print"; readonly value: Expression }
  | { readonly type: "wait"; readonly delay: Expression }
  | {
      readonly type: "if";
      readonly condition: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    };
