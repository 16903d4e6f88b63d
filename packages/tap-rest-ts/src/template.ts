import { UserError } from "singer-sdk-ts";

/** Looks a name such as `parent.id` up; undefined when there is no such value. */
export type LookUp = (name: string) => string | undefined;

/**
 * Replaces `{name}` in a text by what `lookUp` has for it. `{{` and `}}` stand for the braces themselves; braces around
 * anything that is not a dotted name (JSON, for example) stay as they are. Throws E_TEMPLATE for an unknown name.
 */
export function fillTemplate(
  text: string,
  lookUp: LookUp,
  encode: (value: string) => string = (value) => value,
): string {
  return text.replaceAll(
    /\{\{|\}\}|\{([A-Za-z_][\w-]*(?:\.[\w-]+)*)\}/gu,
    (match, name: string | undefined) => {
      if (name === undefined) return match.charAt(0);
      const value = lookUp(name);
      if (value !== undefined) return encode(value);
      throw new UserError("E_TEMPLATE", `the template names {${name}}, which has no value here`, {
        hint: "known are {start}, {end}, {now}, {today}, {config.NAME}, {parent.NAME} and {partition.NAME}; write {{ for a brace",
      });
    },
  );
}

/** Fills the templates in all texts of a JSON-like value. */
export function fillTemplates<T>(value: T, lookUp: LookUp): T {
  // The result has the shape of the input: only its texts differ.
  if (typeof value === "string") return fillTemplate(value, lookUp) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => fillTemplates(item, lookUp)) as T;
  if (
    typeof value !== "object" ||
    value === null ||
    Object.getPrototypeOf(value) !== Object.prototype
  )
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => [
      name,
      fillTemplates(member, lookUp),
    ]),
  ) as T;
}
