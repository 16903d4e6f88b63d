import { type Bound, combine, emptyFrame } from "./bound.ts";
import { commonType } from "./compare.ts";
import { converter } from "./convert.ts";
import type { Type } from "./type.ts";

/** The same value in another type. */
export function convertBound(bound: Bound, type: Type): Bound {
  const convert = isBareNull(bound) ? undefined : converter(bound.type, type);
  return combine([bound], {
    type,
    evaluate: (frame) => {
      const value = bound.evaluate(frame);
      return value === null || convert === undefined ? null : convert(value);
    },
  });
}

/** The type in which several values meet; the bare NULL has no say. */
export function commonTypeOf(bounds: readonly Bound[]): Type {
  const typed = bounds.filter((bound) => !isBareNull(bound)).map((bound) => bound.type);
  const [first, ...others] = typed.length > 0 ? typed : bounds.map((bound) => bound.type);
  if (first === undefined) throw new RangeError("a common type of nothing");
  return others.reduce(commonType, first);
}

/** NULL as written, which takes any type; it counts as int where nothing else decides. */
export function isBareNull(bound: Bound): boolean {
  return (
    bound.isConstant &&
    bound.nullable &&
    bound.type.name === "int" &&
    bound.evaluate(emptyFrame) === null
  );
}
