import type { StructType } from "delta-lake-ts";
import { UserError } from "singer-sdk-ts";

/**
 * What may become of a table's columns: `evolve` follows the stream, `freeze` ends it, `discard` leaves the values out,
 * `reject` sends the records that differ to the rejects table.
 */
export interface SchemaContract {
  /** A column of the stream that the table does not have. */
  readonly new_column: Policy;
  /** A column whose type differs; `evolve` converts values that all fit and ends the stream otherwise. */
  readonly type_change: Policy;
  /** A column of the table that the stream does not have; `evolve` and `discard` leave it as it is, null in new rows. */
  readonly missing_column: Policy;
}

type Policy = "evolve" | "freeze" | "discard" | "reject";

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

const policy = {
  type: "string",
  default: "evolve",
  enum: ["evolve", "freeze", "discard", "reject"],
} as const;

/** The settings of a contract. */
export const schemaContractSettings = {
  new_column: {
    ...policy,
    description:
      "A column that the table does not have: added, an error that ends the stream, left out, or records with a value in it rejected.",
  },
  type_change: {
    ...policy,
    description:
      "A column whose type is not the table's: converted when every value fits and an error otherwise, an error in any case, left null, or records whose value does not fit rejected.",
  },
  missing_column: {
    ...policy,
    description:
      "A column that only the table has: left as it is, null in new rows (`discard`, too), an error that ends the stream, or every record rejected.",
  },
} as const;

/** What a stream's columns are beside its table's, by name. */
export interface ColumnDrift {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly missing: readonly string[];
}

/** The table's columns that the stream does not have; metadata columns come and go with the settings. */
export function missingColumns(table: StructType, incoming: StructType): readonly string[] {
  const names = new Set(incoming.fields.map(({ name }) => name.toLowerCase()));
  return table.fields
    .map(({ name }) => name)
    .filter((name) => !names.has(name.toLowerCase()) && !name.startsWith("_sdc_"));
}

/** Throws E_CONTRACT, naming every column, when the contract freezes what the stream would change. */
export function checkContract(
  stream: string,
  contract: SchemaContract,
  { added, changed, missing }: ColumnDrift,
): void {
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
