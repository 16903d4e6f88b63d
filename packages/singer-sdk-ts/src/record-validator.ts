import type { ValidateFunction } from "ajv";
import { UserError } from "./error.ts";
import { stringifyJson } from "./json.ts";
import type { SchemaMessage } from "./message.ts";
import { SchemaCompiler } from "./schema-compiler.ts";

/** Holds records against their SCHEMA, as `SchemaCompiler` understands it. */
export class RecordValidator {
  readonly #compiler = new SchemaCompiler();
  readonly #checks = new Map<string, ValidateFunction>();

  /** Compiles a stream's schema, once for each text. Throws E_SCHEMA. */
  schema({ stream, schema }: SchemaMessage): void {
    this.#checks.set(stream, this.#compiler.compile(stream, stringifyJson(schema)));
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
}
