import { join } from "node:path";
import { repository } from "./project-folder.ts";

interface Setting {
  readonly secret?: true;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Setting>>;
  readonly items?: Setting;
  readonly additionalProperties?: Setting | true;
}

export type Path = readonly (string | number)[];

/** The settings that a plugin declares. */
export async function settingsOf(plugin: string): Promise<Setting> {
  const { settings } = (await import(
    join(repository, "packages", plugin, "dist", "settings.js")
  )) as { settings: Setting };
  return settings;
}

/** Where a plugin's secrets stand: every setting declared `secret`, in the first item of a list, under any name of a map. */
export function secretPaths(setting: Setting, path: Path = []): readonly Path[] {
  if (setting.secret === true) return [path];
  const free = setting.additionalProperties;
  return [
    ...Object.entries(setting.properties ?? {}).flatMap(([name, inner]) =>
      secretPaths(inner, [...path, name]),
    ),
    ...(setting.items === undefined ? [] : secretPaths(setting.items, [...path, 0])),
    ...(free === undefined || free === true ? [] : secretPaths(free, [...path, "any"])),
  ];
}

/** A copy of `config` with `value` at `path`. */
export function planted(config: unknown, path: Path, value: string): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof first === "number") {
    const list: readonly unknown[] = Array.isArray(config) ? config : [];
    return [planted(list[first], rest, value), ...list.slice(1)];
  }
  const members: Readonly<Record<string, unknown>> =
    typeof config === "object" && config !== null ? { ...config } : {};
  return { ...members, [first]: planted(members[first], rest, value) };
}
