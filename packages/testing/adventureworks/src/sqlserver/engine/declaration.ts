import { convert } from "./convert.ts";
import { parseType } from "./parse-type.ts";
import type { Variable } from "./session-event.ts";
import { TokenStream } from "./token-stream.ts";
import type { Type } from "./type.ts";
import type { Value } from "./value.ts";

/** A declared parameter of sp_executesql; `convert` gives the caller's value its declared type. */
export interface Declaration {
  readonly name: string;
  readonly of: Type;
  convert(given: { type: Type; value: Value }): Variable;
}

/** Reads the parameter list of sp_executesql: `@P1 int, @P2 nvarchar(50) OUTPUT`. */
export function parseDeclarations(text: string): readonly Declaration[] {
  const tokens = new TokenStream(text);
  const declarations: Declaration[] = [];
  while (!tokens.isAtEnd) {
    if (tokens.peek().type !== "variable") throw tokens.error();
    const name = tokens.next().text;
    tokens.take("AS");
    const type = parseType(tokens, 1);
    if (!tokens.take("OUTPUT")) tokens.take("OUT");
    declarations.push({
      name,
      of: type,
      convert: (given) => ({ name, type, value: convert(given.value, given.type, type) }),
    });
    if (!tokens.take(",") && !tokens.isAtEnd) throw tokens.error();
  }
  return declarations;
}
