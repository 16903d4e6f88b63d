import { Ajv, type ValidateFunction } from "ajv";
import { UserError } from "./error.ts";

const leftOut = new Set(["$schema", "$id", "id", "multipleOf"]);
const knownTypes = new Set(["array", "boolean", "integer", "null", "number", "object", "string"]);

/**
 * Makes an ajv check of a stream's schema, once for each text: a tap repeats its SCHEMA messages. Left out: formats, which the
 * columns check, and `multipleOf`, which doubles can't answer for decimals.
 */
export class SchemaCompiler {
  readonly #ajv = new Ajv({
    strict: false,
    validateFormats: false,
    unicodeRegExp: false,
    logger: false,
  });
  readonly #checks = new Map<string, ValidateFunction>();

  /** Throws E_SCHEMA, with ajv's reason as the hint, when the text is no JSON Schema. */
  compile(stream: string, text: string): ValidateFunction {
    const known = this.#checks.get(text);
    if (known !== undefined) return known;
    try {
      const check = this.#ajv.compile(JSON.parse(text, understood));
      this.#checks.set(text, check);
      return check;
    } catch (cause) {
      throw new UserError("E_SCHEMA", `SCHEMA of stream ${stream} is no JSON Schema`, {
        hint: cause instanceof Error ? cause.message : "correct it in the tap",
        cause,
      });
    }
  }
}

/** A reviver that makes draft 7 of what taps write: older drafts' keywords, and types that are none. */
function understood(key: string, value: unknown): unknown {
  if (key === "type") {
    const types = (Array.isArray(value) ? value : [value]).filter((type) => knownTypes.has(type));
    // A property of this name is an object, and stays.
    if (typeof value === "object" && !Array.isArray(value)) return value;
    return types.length === 0 ? undefined : types;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  // A property may have the name of a keyword: its value is an object then, and stays.
  const kept: Readonly<Record<string, unknown>> = Object.fromEntries(
    Object.entries(value).filter(([name, member]) => isUnderstood(name, member)),
  );
  const { exclusiveMaximum, exclusiveMinimum, maximum, minimum } = kept;
  return {
    ...kept,
    ...(typeof exclusiveMaximum === "boolean" && {
      exclusiveMaximum: exclusiveMaximum ? maximum : undefined,
    }),
    ...(typeof exclusiveMinimum === "boolean" && {
      exclusiveMinimum: exclusiveMinimum ? minimum : undefined,
    }),
  };
}

/** Python's taps write `null` for no limit, regular expressions of their own kind, and draft 3's `required`. */
function isUnderstood(name: string, member: unknown): boolean {
  if (member === null) return name === "const" || name === "default";
  if (typeof member === "object") return true;
  if (name === "pattern") return isPattern(member);
  return !leftOut.has(name) && !(name === "required" && typeof member === "boolean");
}

function isPattern(pattern: unknown): boolean {
  try {
    return typeof pattern === "string" && new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}
