import type { Setting } from "./settings.ts";

/**
 * An object setting with its dotted names as members: Meltano gives the members of a nested object under both forms.
 * Free maps keep their names.
 */
export function withNestedNames(value: unknown, setting: Setting | undefined): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (setting?.type !== "object" || !("properties" in setting)) return value;
  const { properties = {} } = setting;
  const members = new Map<string, unknown>();
  for (const [name, member] of Object.entries(value)) {
    const dot = properties[name] === undefined ? name.indexOf(".") : -1;
    const first = dot < 0 ? name : name.slice(0, dot);
    if (dot < 0 || properties[first] === undefined) members.set(name, member);
    else members.set(first, { ...Object(members.get(first)), [name.slice(dot + 1)]: member });
  }
  return Object.fromEntries(
    [...members].map(([name, member]) => [name, withNestedNames(member, properties[name])]),
  );
}
