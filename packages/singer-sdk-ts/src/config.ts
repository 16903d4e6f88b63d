import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { withNestedNames } from "./dotted-name.ts";
import { environmentPrefix } from "./environment-prefix.ts";
import { UserError } from "./error.ts";
import type { Setting, Settings } from "./settings.ts";

type Values = Readonly<Record<string, unknown>>;

export interface ConfigSources {
  readonly name: string;
  readonly settings: Settings;
  /** Paths, and `ENV` for the environment of a `.env` file; later ones win, key by key. */
  readonly files: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export interface RawConfig {
  readonly values: Values;
  /** One sentence per setting that has no effect. */
  readonly warnings: readonly string[];
}

/** Puts the configuration together: files, then the environment over all; aliases by their own name; references resolved. */
export function readConfig({ name, settings, files, env }: ConfigSources): RawConfig {
  const values: Record<string, unknown> = {};
  const warnings: string[] = [];
  const fromDotEnv = files.includes("ENV") ? readDotEnv() : {};
  for (const file of files.filter((path) => path !== "ENV")) {
    Object.assign(values, canonical(readJsonFile(file), settings, warnings));
  }
  const variables = { ...fromDotEnv, ...env };
  const all = withEnvironment(values, settings.properties, {
    prefix: environmentPrefix(name),
    env: variables,
  });
  const nested = { ...Object(withNestedNames(all, settings)) };
  return { values: resolveMembers(settings, nested, { path: "", env: variables }), warnings };
}

function readJsonFile(path: string): Values {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new UserError("E_USAGE", `cannot read the config file ${path}`, {
      cause,
      hint: "check the path after --config",
    });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (cause) {
    throw new UserError("E_SETTING", `the config file ${path} is not JSON`, { cause });
  }
  throw new UserError("E_SETTING", `the config file ${path} is not a JSON object`);
}

function readDotEnv(): NodeJS.ProcessEnv {
  try {
    return parseEnv(readFileSync(".env", "utf8"));
  } catch {
    return {};
  }
}

/** Settings under their own names; what has no effect is left out with a warning. */
function canonical(values: Values, settings: Settings, warnings: string[]): Values {
  const nested = Object.entries({ ...Object(withNestedNames(values, settings)) });
  const entries = nested.flatMap(([key, value]) => {
    const name = canonicalName(key, settings);
    const { ignored } = settings.properties[name] ?? {};
    if (ignored !== undefined) warnings.push(`setting \`${key}\` has no effect: ${ignored}`);
    return ignored === undefined ? [[name, value] as const] : [];
  });
  return Object.fromEntries(entries);
}

function canonicalName(key: string, settings: Settings): string {
  if (settings.properties[key] !== undefined) return key;
  return (
    Object.entries(settings.properties).find(([, { aliases }]) => aliases?.includes(key))?.[0] ??
    key
  );
}

/** Lays the environment over `values`; inside objects too, as <PREFIX>_<SETTING>_<INNER>. */
function withEnvironment(
  values: Values,
  properties: Settings["properties"],
  { prefix, env }: { readonly prefix: string; readonly env: NodeJS.ProcessEnv },
): Values {
  const result: Record<string, unknown> = { ...values };
  for (const [name, setting] of Object.entries(properties)) {
    if (setting.ignored !== undefined) continue;
    const variable = variableOf(name, setting, { prefix, env });
    if (variable !== undefined) result[name] = cast(env[variable] ?? "", setting, variable);

    const outer = result[name] ?? {};
    if (setting.type !== "object" || setting.properties === undefined || !isValues(outer)) continue;
    const inner = withEnvironment(outer, setting.properties, {
      prefix: `${prefix}_${name.toUpperCase()}`,
      env,
    });
    if (Object.keys(inner).length > 0) result[name] = inner;
  }
  return result;
}

/** The first variable that is set and not empty: the setting's own name, an alias, then its extra names. */
function variableOf(
  name: string,
  setting: Setting,
  { prefix, env }: { readonly prefix: string; readonly env: NodeJS.ProcessEnv },
): string | undefined {
  const names = [name, ...(setting.aliases ?? [])].map((part) => `${prefix}_${part.toUpperCase()}`);
  return [...names, ...(setting.env ?? [])].find((variable) => (env[variable] ?? "") !== "");
}

function isValues(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function cast(text: string, setting: Setting, variable: string): unknown {
  switch (setting.type) {
    case "boolean":
      if (/^(true|1|yes|on)$/i.test(text)) return true;
      return /^(false|0|no|off)$/i.test(text) ? false : text;
    case "integer":
    case "number":
      return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
    case "array":
      // A plain list is easier to type than JSON.
      return text.trimStart().startsWith("[")
        ? parseJsonText(text, variable)
        : text.split(",").map((item) => item.trim());
    case "object":
      return parseJsonText(text, variable);
    default:
      return text;
  }
}

function parseJsonText(text: string, variable: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError("E_SETTING", `the environment variable ${variable} is not JSON`, { cause });
  }
}

interface Place {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
}

/** `file:PATH` and `env:NAME` in a secret setting, at any depth, stand for what the file or variable holds. */
function resolveMembers(
  setting: Settings | Extract<Setting, { readonly type: "object" }>,
  values: Values,
  { path, env }: Place,
): Values {
  const free = "additionalProperties" in setting ? setting.additionalProperties : undefined;
  const entries = Object.entries(values).map(([name, value]) => {
    const inner = setting.properties?.[name] ?? (free === true ? undefined : free);
    const place = { path: path === "" ? name : `${path}.${name}`, env };
    return [name, inner === undefined ? value : resolveValue(inner, value, place)] as const;
  });
  return Object.fromEntries(entries);
}

function resolveValue(setting: Setting, value: unknown, place: Place): unknown {
  if ("secret" in setting && typeof value === "string") {
    return resolveReference(place.path, value, place.env);
  }
  if (setting.type === "object" && isValues(value)) return resolveMembers(setting, value, place);
  if (setting.type !== "array" || !("items" in setting) || !Array.isArray(value)) return value;
  return value.map((item: unknown) => resolveValue(setting.items, item, place));
}

function resolveReference(name: string, value: string, env: NodeJS.ProcessEnv): string {
  if (value.startsWith("env:")) {
    const found = env[value.slice(4)];
    if (found !== undefined) return found;
    throw new UserError("E_SETTING", `setting \`${name}\` refers to ${value}, which is not set`);
  }
  if (!value.startsWith("file:")) return value;
  try {
    return readFileSync(value.slice(5), "utf8").trimEnd();
  } catch (cause) {
    throw new UserError(
      "E_SETTING",
      `setting \`${name}\` refers to ${value}, which can't be read`,
      { cause },
    );
  }
}
