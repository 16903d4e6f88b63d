import type { SessionFacts } from "./bound.ts";
import type { Type } from "./type.ts";
import type { Value } from "./value.ts";

/** A function whose value comes from the session's facts. */
export interface CatalogFunction {
  readonly type: Type;
  readonly call: (facts: SessionFacts, values: readonly Value[]) => Value;
}
