import { createRequire } from "node:module";
import type { ErrorObject } from "ajv";
import { UserError } from "./error.ts";
import { nearest } from "./nearest.ts";

interface Common {
  /** A sentence that says the consequence, not the name again. */
  readonly description?: string;
  /** A short name for forms. */
  readonly label?: string;
  /** Names that replaced plugins give to this setting; accepted in its place. */
  readonly aliases?: readonly string[];
  /** Environment variables read besides <PREFIX>_<SETTING>, first one set wins. */
  readonly env?: readonly string[];
  /** Accepted so that a replaced plugin's configuration runs, without effect: one warning gives this reason. */
  readonly ignored?: string;
  readonly examples?: readonly unknown[];
}

/** One setting, in JSON Schema's words plus a few of ours. */
export type Setting = Common &
  (
    | {
        readonly type: "string";
        readonly format?: "date-time" | "uri";
        readonly enum?: readonly string[];
        readonly pattern?: string;
        readonly default?: string;
        /** The value never reaches a log, a state or an error. */
        readonly secret?: true;
      }
    | {
        readonly type: "integer" | "number";
        readonly minimum?: number;
        readonly maximum?: number;
        readonly default?: number;
      }
    | { readonly type: "boolean"; readonly default?: boolean }
    | {
        readonly type: "array";
        readonly items: Setting;
        readonly default?: readonly unknown[];
        readonly minItems?: number;
      }
    | {
        readonly type: "object";
        readonly properties?: Readonly<Record<string, Setting>>;
        readonly required?: readonly string[];
        /** What a free map holds; `true` for anything. */
        readonly additionalProperties?: Setting | true;
        readonly default?: Readonly<Record<string, unknown>>;
      }
    | {
        readonly type: readonly (
          | "string"
          | "integer"
          | "number"
          | "boolean"
          | "object"
          | "array"
        )[];
        readonly default?: unknown;
      }
  );

/** The settings of one plugin: a closed JSON Schema object. */
export interface Settings {
  readonly type: "object";
  readonly properties: Readonly<Record<string, Setting>>;
  readonly required: readonly string[];
}

type ScalarOf<T> = T extends "string"
  ? string
  : T extends "integer" | "number"
    ? number
    : T extends "boolean"
      ? boolean
      : T extends "array"
        ? readonly unknown[]
        : T extends "object"
          ? Readonly<Record<string, unknown>>
          : never;

type ValueOf<S> = S extends { readonly enum: readonly (infer E)[] }
  ? E
  : S extends { readonly type: "array"; readonly items: infer I }
    ? readonly ValueOf<I>[]
    : S extends {
          readonly type: "object";
          readonly properties: infer P extends Readonly<Record<string, Setting>>;
        }
      ? ObjectOf<P, S extends { readonly required: readonly (infer R)[] } ? R : never>
      : S extends { readonly type: "object"; readonly additionalProperties: infer V }
        ? Readonly<Record<string, V extends true ? unknown : ValueOf<V>>>
        : S extends { readonly type: readonly (infer T)[] }
          ? ScalarOf<T>
          : S extends { readonly type: infer T }
            ? ScalarOf<T>
            : never;

type Present<P, R> = {
  [K in keyof P]: K extends R ? K : P[K] extends { readonly default: unknown } ? K : never;
}[keyof P];

type ObjectOf<P, R> = { readonly [K in Present<P, R>]: ValueOf<P[K]> } & {
  readonly [K in Exclude<keyof P, Present<P, R>>]?: ValueOf<P[K]>;
};

/** The configuration that a plugin receives: every required or defaulted setting is present. */
export type ConfigOf<S extends Settings> = ObjectOf<S["properties"], S["required"][number]>;

/**
 * Checks `input` against `settings`, fills in defaults and returns it typed.
 * Throws E_SETTING with every problem at once; an unknown setting comes with the nearest name.
 */
export function parseSettings<const S extends Settings>(settings: S, input: unknown): ConfigOf<S> {
  const { Ajv } = requireAjv();
  const ajv = new Ajv({
    allErrors: true,
    useDefaults: true,
    allowUnionTypes: true,
    keywords: ["secret", "label", "aliases", "env", "ignored"],
  });
  ajv.addFormat("date-time", (text: string) => !Number.isNaN(Date.parse(text)));
  ajv.addFormat("uri", (text: string) => URL.canParse(text));
  const validate = ajv.compile<ConfigOf<S>>(closed(settings));
  const config: unknown = structuredClone(withoutNulls(input));
  if (validate(config)) return config;

  const problems = [...new Set((validate.errors ?? []).map((error) => explain(error, settings)))];
  throw new UserError("E_SETTING", problems.join("; "), { hint: "see --about for every setting" });
}

/** Loaded here and not at the top: `--help` and `--version` need no ajv, and it takes longer to load than Node to start. */
function requireAjv(): typeof import("ajv") {
  return createRequire(import.meta.url)("ajv");
}

/** Meltano drops settings that are null; so do we. */
function withoutNulls(input: unknown): unknown {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return input;
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
}

/** The schema that ajv checks: objects with named properties take no others. */
function closed(setting: Settings | Setting): Record<string, unknown> {
  const schema: Record<string, unknown> = { ...setting };
  if (setting.type === "array" && "items" in setting) schema["items"] = closed(setting.items);
  if (setting.type !== "object") return schema;
  const { properties } = setting;
  const free = "additionalProperties" in setting ? setting.additionalProperties : undefined;
  if (properties !== undefined) {
    schema["properties"] = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, closed(property)]),
    );
  }
  schema["additionalProperties"] = free === undefined ? false : free === true || closed(free);
  return schema;
}

function explain(
  { instancePath, keyword, message, params }: ErrorObject,
  settings: Settings,
): string {
  const parts = instancePath.split("/").slice(1);
  const named = (name: string) => `setting \`${[...parts, name].join(".")}\``;
  if (keyword === "required") return `${named(String(params["missingProperty"]))} is missing`;
  if (keyword === "additionalProperties") {
    const name = String(params["additionalProperty"]);
    const known = nearest(name, namesAt(settings, parts));
    return `${named(name)} is unknown${known === undefined ? "" : `, did you mean \`${known}\`?`}`;
  }
  const at = parts.length === 0 ? "the configuration" : `setting \`${parts.join(".")}\``;
  if (keyword === "enum")
    return `${at} must be one of ${String(params["allowedValues"].join(", "))}`;
  return `${at} ${message ?? "is wrong"}`;
}

/** The names that are known at a place inside the settings. */
function namesAt(settings: Settings | Setting, parts: readonly string[]): readonly string[] {
  const [first, ...rest] = parts;
  if (settings.type === "array" && "items" in settings) return namesAt(settings.items, rest);
  if (settings.type !== "object") return [];
  const properties = settings.properties ?? {};
  if (first === undefined) return Object.keys(properties);
  const free = "additionalProperties" in settings ? settings.additionalProperties : undefined;
  const next = properties[first] ?? (free === true ? undefined : free);
  return next === undefined ? [] : namesAt(next, rest);
}
