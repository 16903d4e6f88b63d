import { type Bound, combine } from "./bound.ts";
import { commonTypeOf, convertBound } from "./bound-type.ts";
import { collationKey } from "./collation.ts";
import { mixedComparator } from "./compare.ts";
import { datePartFunction, toDateTimeOffset } from "./date-function.ts";
import { SqlError } from "./error.ts";
import { doubleOf, exactOf, fromExact, rescale } from "./number.ts";
import {
  floatType,
  intType,
  isBinary,
  isExact,
  isFloat,
  isString,
  nvarchar,
  type Type,
} from "./type.ts";
import { bytesOf, numberOf, textOf, type Value } from "./value.ts";

type Implementation = (name: string, bounds: readonly Bound[]) => Bound;

/** Binds a function of values alone; `undefined` when there is none of that name. */
export function bindValueFunction(name: string, bounds: readonly Bound[]): Bound | undefined {
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (known === undefined) return undefined;
  const [least, most] = known.counts;
  if (bounds.length < least || bounds.length > most) {
    const wanted = least === most ? `${least}` : `${least} to ${most}`;
    throw new SqlError(174, `The ${name.toLowerCase()} function requires ${wanted} argument(s).`, {
      class: 15,
    });
  }
  return known.bind(name, bounds);
}

const functions: Readonly<
  Record<string, { counts: readonly [number, number]; bind: Implementation }>
> = {
  ISNULL: { counts: [2, 2], bind: (_name, bounds) => bindIsNull(bounds) },
  COALESCE: { counts: [2, 64], bind: (_name, bounds) => bindCoalesce(bounds) },
  TODATETIMEOFFSET: { counts: [2, 2], bind: (_name, bounds) => toDateTimeOffset(bounds) },
  NULLIF: { counts: [2, 2], bind: (_name, bounds) => bindNullIf(bounds) },
  CONCAT: { counts: [2, 254], bind: (_name, bounds) => bindConcat(bounds) },
  LEN: {
    counts: [1, 1],
    bind: (_name, bounds) =>
      strictText(bounds, intType, ([text]) => textOf(text ?? null).replace(/ +$/, "").length),
  },
  LOWER: {
    counts: [1, 1],
    bind: (_name, bounds) => sameText(bounds, (text) => text.toLowerCase()),
  },
  UPPER: {
    counts: [1, 1],
    bind: (_name, bounds) => sameText(bounds, (text) => text.toUpperCase()),
  },
  LTRIM: {
    counts: [1, 1],
    bind: (_name, bounds) => sameText(bounds, (text) => text.replace(/^ +/, "")),
  },
  RTRIM: {
    counts: [1, 1],
    bind: (_name, bounds) => sameText(bounds, (text) => text.replace(/ +$/, "")),
  },
  TRIM: {
    counts: [1, 1],
    bind: (_name, bounds) => sameText(bounds, (text) => text.replaceAll(/^ +| +$/g, "")),
  },
  REVERSE: {
    counts: [1, 1],
    bind: (_name, bounds) => sameText(bounds, (text) => text.split("").toReversed().join("")),
  },
  QUOTENAME: {
    counts: [1, 1],
    bind: (_name, bounds) =>
      strictText(
        bounds,
        nvarchar(258),
        ([text]) => `[${textOf(text ?? null).replaceAll("]", "]]")}]`,
      ),
  },
  LEFT: {
    counts: [2, 2],
    bind: (_name, bounds) => cutText(bounds, (text, [count = 0]) => text.slice(0, count)),
  },
  RIGHT: {
    counts: [2, 2],
    bind: (_name, bounds) =>
      cutText(bounds, (text, [count = 0]) => (count === 0 ? "" : text.slice(-count))),
  },
  SUBSTRING: {
    counts: [3, 3],
    bind: (_name, bounds) =>
      cutText(bounds, (text, [start = 1, count = 0]) =>
        text.slice(Math.max(0, start - 1), Math.max(0, start - 1 + count)),
      ),
  },
  REPLACE: {
    counts: [3, 3],
    bind: (_name, bounds) => strictText(bounds, nvarchar(-1), replaceText),
  },
  CHARINDEX: {
    counts: [2, 2],
    bind: (_name, bounds) =>
      strictText(
        bounds,
        intType,
        ([part, text]) =>
          collationKey(textOf(text ?? null)).indexOf(collationKey(textOf(part ?? null))) + 1,
      ),
  },
  DATALENGTH: { counts: [1, 1], bind: (_name, bounds) => bindDataLength(bounds) },
  ABS: { counts: [1, 1], bind: (_name, bounds) => bindAbs(bounds) },
  ROUND: { counts: [2, 2], bind: (_name, bounds) => bindRound(bounds) },
  FLOOR: { counts: [1, 1], bind: (_name, bounds) => bindWhole(bounds, Math.floor) },
  CEILING: { counts: [1, 1], bind: (_name, bounds) => bindWhole(bounds, Math.ceil) },
  DATEPART: { counts: [2, 2], bind: datePartFunction },
  DATEADD: { counts: [3, 3], bind: datePartFunction },
  DATEDIFF: { counts: [3, 3], bind: datePartFunction },
};

/** All arguments must be there, in their own types. */
function strict(
  bounds: readonly Bound[],
  type: Type,
  call: (values: readonly Value[]) => Value,
): Bound {
  return combine(bounds, {
    type,
    evaluate: (frame) => {
      const values = bounds.map((bound) => bound.evaluate(frame));
      return values.includes(null) ? null : call(values);
    },
  });
}

function strictText(
  bounds: readonly Bound[],
  type: Type,
  call: (values: readonly Value[]) => Value,
): Bound {
  return strict(bounds.map(asText), type, call);
}

function asText(bound: Bound): Bound {
  return isString(bound.type) ? bound : convertBound(bound, nvarchar(-1));
}

function sameText(bounds: readonly Bound[], call: (text: string) => string): Bound {
  const [first] = bounds.map(asText);
  if (first === undefined) throw new RangeError("no argument");
  return strict([first], first.type, ([text]) => call(textOf(text ?? null)));
}

function cutText(
  bounds: readonly Bound[],
  call: (text: string, counts: readonly number[]) => string,
): Bound {
  const [first, ...counts] = bounds;
  if (first === undefined) throw new RangeError("no argument");
  const text = asText(first);
  const numbers = counts.map((count) => convertBound(count, intType));
  return strict([text, ...numbers], text.type, ([value, ...others]) =>
    call(textOf(value ?? null), others.map(numberOf)),
  );
}

function replaceText([text, from, to]: readonly Value[]): Value {
  const part = textOf(from ?? null);
  if (part === "") return text ?? null;
  const pattern = new RegExp(part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`), "giu");
  return textOf(text ?? null).replaceAll(pattern, () => textOf(to ?? null));
}

function bindIsNull(bounds: readonly Bound[]): Bound {
  const [first, second] = bounds;
  if (first === undefined || second === undefined) throw new RangeError("no argument");
  const isBareNull = first.isConstant && first.nullable && first.type.name === "int";
  const type = isBareNull ? second.type : first.type;
  const [value, fallback] = [convertBound(first, type), convertBound(second, type)];
  return combine(bounds, {
    type,
    nullable: fallback.nullable,
    evaluate: (frame) => value.evaluate(frame) ?? fallback.evaluate(frame),
  });
}

function bindCoalesce(bounds: readonly Bound[]): Bound {
  const type = commonTypeOf(bounds);
  const converted = bounds.map((bound) => convertBound(bound, type));
  return combine(bounds, {
    type,
    nullable: converted.every((bound) => bound.nullable),
    evaluate: (frame) => {
      for (const bound of converted) {
        const value = bound.evaluate(frame);
        if (value !== null) return value;
      }
      return null;
    },
  });
}

function bindNullIf(bounds: readonly Bound[]): Bound {
  const [first, second] = bounds;
  if (first === undefined || second === undefined) throw new RangeError("no argument");
  const compare = mixedComparator(first.type, second.type);
  return combine(bounds, {
    type: first.type,
    nullable: true,
    evaluate: (frame) => {
      const a = first.evaluate(frame);
      const b = second.evaluate(frame);
      return a !== null && b !== null && compare(a, b) === 0 ? null : a;
    },
  });
}

function bindConcat(bounds: readonly Bound[]): Bound {
  const texts = bounds.map(asText);
  return combine(bounds, {
    type: nvarchar(texts.some(({ type }) => type.length === -1) ? -1 : 4000),
    nullable: false,
    evaluate: (frame) => texts.map((text) => textOf(text.evaluate(frame) ?? "")).join(""),
  });
}

function bindDataLength(bounds: readonly Bound[]): Bound {
  const [first] = bounds;
  if (first === undefined) throw new RangeError("no argument");
  if (isBinary(first.type))
    return strict(bounds, intType, ([bytes]) => bytesOf(bytes ?? null).length);
  if (!isString(first.type) && first.type.name !== "xml")
    throw new SqlError(102, `Incorrect syntax near 'DATALENGTH(${first.type.name})'.`, {
      class: 15,
    });
  const width = first.type.name.startsWith("n") ? 2 : 1;
  return strict(bounds, intType, ([text]) => textOf(text ?? null).length * width);
}

function bindAbs(bounds: readonly Bound[]): Bound {
  const type = bounds[0]?.type ?? floatType;
  return strict(bounds, type, ([value]) => {
    if (isFloat(type)) return Math.abs(numberOf(value ?? null));
    const { unscaled, scale } = exactOf(type, value ?? null);
    return fromExact(type, { unscaled: unscaled < 0n ? -unscaled : unscaled, scale });
  });
}

function bindRound(bounds: readonly Bound[]): Bound {
  const type = bounds[0]?.type ?? floatType;
  return strict(bounds, type, ([value, digits]) => {
    const count = numberOf(digits ?? null);
    if (isFloat(type)) return Math.round(numberOf(value ?? null) * 10 ** count) / 10 ** count;
    const { unscaled, scale } = exactOf(type, value ?? null);
    return count >= scale
      ? (value ?? null)
      : fromExact(type, {
          unscaled: rescale(rescale(unscaled, scale, count), count, scale),
          scale,
        });
  });
}

function bindWhole(bounds: readonly Bound[], whole: (value: number) => number): Bound {
  const type = bounds[0]?.type ?? floatType;
  if (isExact(type)) {
    const up = whole(0.5) === 1;
    return strict(bounds, { ...type, scale: type.scale === 4 ? 4 : 0 }, ([value]) => {
      const { unscaled, scale } = exactOf(type, value ?? null);
      const cut = rescale(unscaled, scale, 0, true);
      const isCut = rescale(cut, 0, scale) !== unscaled;
      const step = !isCut ? 0n : up && unscaled > 0n ? 1n : !up && unscaled < 0n ? -1n : 0n;
      return fromExact(
        { ...type, scale: type.scale === 4 ? 4 : 0 },
        { unscaled: cut + step, scale: 0 },
      );
    });
  }
  return strict(bounds, type, ([value]) =>
    typeof value === "bigint" ? value : whole(doubleOf(type, value ?? null)),
  );
}
