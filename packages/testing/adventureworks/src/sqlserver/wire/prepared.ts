import { type Declaration, parseDeclarations } from "../engine/declaration.ts";
import { SqlError } from "../engine/error.ts";
import type { Session, Variable } from "../engine/session-event.ts";
import { intType, isString } from "../engine/type.ts";
import { valueWriter } from "./column-encoder.ts";
import type { Parameter } from "./parameter.ts";
import type { RemoteCall } from "./rpc.ts";
import type { TokenBuffer } from "./token-buffer.ts";
import { writeTypeInfo } from "./type-info.ts";

/** What is left to do for a call: run `sql`, if any, and tell the caller its new handle, if any. */
export interface CallRun {
  readonly sql: string | undefined;
  readonly variables: readonly Variable[];
  readonly writeHandle?: (out: TokenBuffer) => void;
}

interface Prepared {
  readonly sql: string;
  readonly declarations: readonly Declaration[];
}

/** The system procedures that run statements, and the handles of one connection. */
export class PreparedStatements {
  #statements = new Map<number, Prepared>();
  #nextHandle = 1;

  /** Starts a call; throws SqlError 2812 for procedures that this server does not have. */
  start(call: RemoteCall, session: Session): CallRun {
    const name = call.procedure
      .toLowerCase()
      .replace(/^(\[?master\]?)?\.?(\[?(sys|dbo)\]?)?\./, "");
    const { parameters } = call;
    switch (name) {
      case "sp_executesql": {
        const declarations = parseDeclarations(textParameter(parameters[1]) ?? "");
        const sql = requiredText(parameters[0]);
        return { sql, variables: bind(declarations, parameters.slice(2)) };
      }
      case "sp_prepare": {
        const sql = requiredText(parameters[2]);
        session.check(sql);
        return { sql: undefined, variables: [], writeHandle: this.#prepare(sql, parameters) };
      }
      case "sp_prepexec": {
        const sql = requiredText(parameters[2]);
        const declarations = parseDeclarations(textParameter(parameters[1]) ?? "");
        const variables = bind(declarations, parameters.slice(3));
        return { sql, variables, writeHandle: this.#prepare(sql, parameters) };
      }
      case "sp_execute": {
        const prepared = this.#statements.get(handleOf(parameters[0]));
        if (prepared === undefined) throw unknownHandle(handleOf(parameters[0]));
        return { sql: prepared.sql, variables: bind(prepared.declarations, parameters.slice(1)) };
      }
      case "sp_unprepare":
        if (!this.#statements.delete(handleOf(parameters[0])))
          throw unknownHandle(handleOf(parameters[0]));
        return { sql: undefined, variables: [] };
      case "sp_reset_connection":
        session.reset();
        return { sql: undefined, variables: [] };
      default:
        throw new SqlError(2812, `Could not find stored procedure '${call.procedure}'.`, {
          state: 62,
        });
    }
  }

  #prepare(sql: string, parameters: readonly Parameter[]): (out: TokenBuffer) => void {
    const handle = this.#nextHandle;
    this.#nextHandle += 1;
    this.#statements.set(handle, {
      sql,
      declarations: parseDeclarations(textParameter(parameters[1]) ?? ""),
    });
    return (out) => writeHandle(out, { name: parameters[0]?.name ?? "", handle });
  }
}

/** A RETURNVALUE token (MS-TDS 2.2.7.19) for the handle, the first parameter. */
function writeHandle(out: TokenBuffer, { name, handle }: { name: string; handle: number }): void {
  out.uint8(0xac);
  out.uint16(0);
  out.shortText(name);
  out.uint8(1);
  out.uint32(0);
  out.uint16(1);
  writeTypeInfo(out, intType, false, "");
  valueWriter(intType, false)(out, handle);
}

function bind(
  declarations: readonly Declaration[],
  parameters: readonly Parameter[],
): readonly Variable[] {
  return parameters.map((parameter, index) => {
    const byName = parameter.name === "" ? undefined : parameter.name;
    const name = byName ?? declarations[index]?.name ?? `@P${index + 1}`;
    const declared = declarations.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (declared === undefined)
      throw new SqlError(8145, `${name} is not a parameter for procedure .`, { state: 2 });
    return declared.convert({ type: parameter.type, value: parameter.value });
  });
}

function textParameter(parameter: Parameter | undefined): string | undefined {
  if (parameter === undefined || parameter.value === null) return undefined;
  return isString(parameter.type) && typeof parameter.value === "string"
    ? parameter.value
    : undefined;
}

function requiredText(parameter: Parameter | undefined): string {
  const text = textParameter(parameter);
  if (text !== undefined) return text;
  throw new SqlError(
    214,
    "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.",
    { state: 2 },
  );
}

function handleOf(parameter: Parameter | undefined): number {
  return typeof parameter?.value === "number" ? parameter.value : 0;
}

function unknownHandle(handle: number): SqlError {
  return new SqlError(8179, `Could not find prepared statement with handle ${handle}.`, {
    state: 8,
  });
}
