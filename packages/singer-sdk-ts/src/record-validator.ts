import { Ajv, type ValidateFunction } from "ajv";
import { UserError } from "./error.ts";
import { stringifyJson } from "./json.ts";
import type { SchemaMessage } from "./message.ts";

const leftOut = new Set(["$schema", "$id", "id", "multipleOf"]);
const knownTypes = new Set(["array", "boolean", "integer", "null", "number", "object", "string"]);

/**
 * Holds records against their SCHEMA with ajv. Left out: formats, which the columns check, and `multipleOf`, which doubles
 * can't answer for decimals.
 */
export class RecordValidator {
  readonly #ajv = new Ajv({ strict: false, validateFormats: false, logger: false });
  readonly #checks = new Map<string, ValidateFunction>();
  /** By its text: a tap repeats its SCHEMA messages. */
  readonly #compiled = new Map<string, ValidateFunction>();

  /** Compiles a stream's schema, once for each text. Throws E_SCHEMA. */
  schema({ stream, schema }: SchemaMessage): void {
    const text = stringifyJson(schema);
    const check = this.#compiled.get(text) ?? this.#compile(stream, text);
    this.#compiled.set(text, check);
    this.#checks.set(stream, check);
  }

  /** Throws E_RECORD, with place and rule but no value, when the record of this line is not what its schema says. */
  check(stream: string, line: string, lineNumber: number): void {
    const check = this.#checks.get(stream);
    // A record before its SCHEMA is for the reader to refuse.
    if (check === undefined) return;
    const message: { readonly record: unknown } = JSON.parse(line);
    if (check(message.record)) return;
    const [error] = check.errors ?? [];
    const column = (error?.instancePath ?? "").slice(1).replaceAll("/", ".");
    const place = column === "" ? "" : `column ${column}: `;
    throw new UserError(
      "E_RECORD",
      `stream ${stream}: line ${lineNumber}: ${place}${error?.message ?? "does not fit its schema"}`,
      { hint: "correct the schema or the source, or leave out `validate_records`" },
    );
  }

  #compile(stream: string, text: string): ValidateFunction {
    try {
      return this.#ajv.compile(JSON.parse(text, understood));
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
    Object.entries(value).filter(
      ([name, member]) => typeof member === "object" || !leftOut.has(name),
    ),
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
