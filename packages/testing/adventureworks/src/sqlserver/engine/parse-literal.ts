import type { Expression } from "./syntax-tree.ts";
import type { TokenStream } from "./token-stream.ts";
import { floatType, intType, makeType, nvarchar, varchar } from "./type.ts";

const intMax = 2_147_483_647n;

/** Reads a constant, if one comes next, and types it as T-SQL does. */
export function parseLiteral(tokens: TokenStream): Expression | undefined {
  const token = tokens.peek();
  switch (token.type) {
    case "string": {
      tokens.next();
      const size = Math.max(1, token.text.length);
      const length = size > (token.isUnicode ? 4000 : 8000) ? -1 : size;
      const of = token.isUnicode ? nvarchar(length) : varchar(length);
      return { type: "literal", of, value: token.text };
    }
    case "number":
      return numberLiteral(tokens.next().text);
    case "binary": {
      tokens.next();
      const digits = token.text.slice(2);
      const value = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
      return {
        type: "literal",
        of: makeType("varbinary", { length: Math.max(1, value.length) }),
        value,
      };
    }
    case "name":
      if (!tokens.take("NULL")) return undefined;
      return { type: "literal", of: intType, value: null };
    default:
      return undefined;
  }
}

function numberLiteral(text: string): Expression {
  if (/e/i.test(text)) return { type: "literal", of: floatType, value: Number(text) };
  const [whole = "", fraction = ""] = text.split(".");
  if (!text.includes(".") && BigInt(whole) <= intMax)
    return { type: "literal", of: intType, value: Number(whole) };
  const digits = `${whole}${fraction}`.replace(/^0+(?=.)/, "");
  const precision = Math.max(digits.length, fraction.length, 1);
  const of = makeType("numeric", { precision, scale: fraction.length });
  return { type: "literal", of, value: BigInt(digits) };
}
