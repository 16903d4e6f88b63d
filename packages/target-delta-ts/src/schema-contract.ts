import type { StructType } from "delta-lake-ts";
import { UserError } from "singer-sdk-ts";

/** What may become of a table's columns: `evolve` follows the stream, `freeze` ends it, `discard` leaves the values out. */
export interface SchemaContract {
  /** A column of the stream that the table does not have. */
  readonly new_column: "evolve" | "freeze" | "discard";
  /** A column whose type differs; `evolve` converts values that all fit and ends the stream otherwise. */
  readonly type_change: "evolve" | "freeze" | "discard";
  /** A column of the table that the stream does not have; `evolve` leaves it null. */
  readonly missing_column: "evolve" | "freeze";
}

/** The contract without settings. */
export const EVOLVE: SchemaContract = {
  new_column: "evolve",
  type_change: "evolve",
  missing_column: "evolve",
};

/** Whether a table just follows its stream. */
export function isEvolving(contract: SchemaContract): boolean {
  return Object.values(contract).every((policy) => policy === "evolve");
}

const freezeOrEvolve = { type: "string", default: "evolve" } as const;

/** The settings of a contract. */
export const schemaContractSettings = {
  new_column: {
    ...freezeOrEvolve,
    enum: ["evolve", "freeze", "discard"],
    description:
      "A column that the table does not have: added, an error that ends the stream, or left out.",
  },
  type_change: {
    ...freezeOrEvolve,
    enum: ["evolve", "freeze", "discard"],
    description:
      "A column whose type is not the table's: converted when every value fits and an error otherwise, an error in any case, or left null.",
  },
  missing_column: {
    ...freezeOrEvolve,
    enum: ["evolve", "freeze"],
    description: "A column that only the table has: left null, or an error that ends the stream.",
  },
} as const;

/** What a stream's columns are beside its table's, by name. */
export interface ColumnDrift {
  readonly added: readonly string[];
  readonly changed: readonly string[];
}

/** Throws E_CONTRACT, naming every column, when the contract freezes what the stream would change. */
export function checkContract(
  stream: string,
  contract: SchemaContract,
  drift: ColumnDrift & { readonly table: StructType; readonly incoming: StructType },
): void {
  const { added, changed, table, incoming } = drift;
  const names = new Set(incoming.fields.map(({ name }) => name.toLowerCase()));
  const missing = table.fields
    .map(({ name }) => name)
    .filter((name) => !names.has(name.toLowerCase()) && !name.startsWith("_sdc_"));
  const problems = [
    contract.new_column === "freeze" ? list("new", added) : [],
    contract.type_change === "freeze" ? list("of another type", changed) : [],
    contract.missing_column === "freeze" ? list("missing", missing) : [],
  ].flat();
  if (problems.length === 0) return;
  throw new UserError(
    "E_CONTRACT",
    `stream ${stream}: \`schema_contract\` freezes columns: ${problems.join("; ")}`,
    {
      hint: "correct the source, or let the table evolve",
    },
  );
}

function list(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${names.join(", ")} ${what}`];
}
