import type { PartitionValues } from "./action.ts";
import { DeltaError } from "./error.ts";
import { parsePartitionValue } from "./partition.ts";
import { compareScalars, type Scalar } from "./scalar.ts";
import { type DeltaType, findField, type StructType } from "./schema.ts";

/** A value as it is written in the log or in SQL: dates, timestamps and decimals are texts. */
export type PredicateValue = string | number | bigint | boolean;

/** How a column is compared with a value. */
export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";

/**
 * A condition on partition columns. As in SQL, a comparison with null is neither true nor false; `isNull` asks for null.
 * {@link parsePredicate} makes one from SQL text.
 */
export type Predicate =
  | {
      readonly type: "compare";
      readonly column: string;
      readonly operator: Comparison;
      readonly value: PredicateValue;
    }
  | { readonly type: "in"; readonly column: string; readonly values: readonly PredicateValue[] }
  | { readonly type: "isNull"; readonly column: string }
  | { readonly type: "and" | "or"; readonly terms: readonly Predicate[] }
  | { readonly type: "not"; readonly term: Predicate };

/** True, false, or undefined for SQL's unknown. */
type Truth = boolean | undefined;
type Test = (values: PartitionValues) => Truth;

const COMPARISONS: Readonly<Record<Comparison, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "!=": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

/**
 * The predicate as a function of a file's partition values. E_INVALID_COMMIT names a column that the table is not
 * partitioned by, and a value that is none of its column's type: a predicate that cannot be made is never "everything".
 */
export function bindPredicate(
  predicate: Predicate,
  table: { readonly schema: StructType; readonly partitionColumns: readonly string[] },
): (values: PartitionValues) => boolean {
  const test = bind(predicate, table);
  return (values) => test(values) === true;
}

/** The predicate in SQL, as `commitInfo` tells it. */
export function formatPredicate(predicate: Predicate): string {
  switch (predicate.type) {
    case "compare":
      return `${quoteName(predicate.column)} ${predicate.operator} ${literal(predicate.value)}`;
    case "in":
      return `${quoteName(predicate.column)} IN (${predicate.values.map(literal).join(", ")})`;
    case "isNull":
      return `${quoteName(predicate.column)} IS NULL`;
    case "and":
    case "or": {
      const terms = predicate.terms.map((term) => formatPredicate(term));
      return `(${terms.join(predicate.type === "and" ? " AND " : " OR ")})`;
    }
    case "not":
      return `(NOT ${formatPredicate(predicate.term)})`;
    default:
      throw new Error("a predicate of an unknown type");
  }
}

function bind(predicate: Predicate, table: Parameters<typeof bindPredicate>[1]): Test {
  switch (predicate.type) {
    case "compare":
      return bindCompare(predicate, table);
    case "in": {
      const { column, values } = predicate;
      const equals = values.map((value) =>
        bindCompare({ type: "compare", column, operator: "=", value }, table),
      );
      return anyOf(equals);
    }
    case "isNull": {
      const { name, type } = partitionColumn(predicate.column, table);
      return (values) => readValue(values, name, type) === null;
    }
    case "and": {
      const nots = predicate.terms.map((term) => negate(bind(term, table)));
      return negate(anyOf(nots));
    }
    case "or":
      return anyOf(predicate.terms.map((term) => bind(term, table)));
    case "not":
      return negate(bind(predicate.term, table));
    default:
      throw refusal("a predicate of an unknown type");
  }
}

function bindCompare(
  { column, operator, value }: Extract<Predicate, { type: "compare" }>,
  table: Parameters<typeof bindPredicate>[1],
): Test {
  const { name, type } = partitionColumn(column, table);
  const wanted = value === "" && type === "string" ? "" : parsePartitionValue(type, String(value));
  if (wanted === undefined || wanted === null) {
    const typeText = typeof type === "string" ? type : type.type;
    throw refusal(`column ${name} is ${typeText}, and ${literal(value)} is no such value`);
  }
  const holds = COMPARISONS[operator];
  return (values) => {
    const found = readValue(values, name, type);
    return found === null ? undefined : holds(compareScalars(found, wanted));
  };
}

/** True when one is true, else unknown when one is unknown. */
function anyOf(tests: readonly Test[]): Test {
  return (values) => {
    let truth: Truth = false;
    for (const test of tests) {
      const found = test(values);
      if (found === true) return true;
      if (found === undefined) truth = undefined;
    }
    return truth;
  };
}

function negate(test: Test): Test {
  return (values) => {
    const truth = test(values);
    return truth === undefined ? undefined : !truth;
  };
}

function partitionColumn(
  column: string,
  { schema, partitionColumns }: Parameters<typeof bindPredicate>[1],
): { readonly name: string; readonly type: DeltaType } {
  const field = findField(schema, column);
  if (field === undefined) throw refusal(`the table has no column ${column}`);
  if (!partitionColumns.includes(field.name)) {
    throw refusal(`the table is not partitioned by ${field.name}`);
  }
  return field;
}

function readValue(values: PartitionValues, name: string, type: DeltaType): Scalar {
  const value = parsePartitionValue(type, values[name]);
  if (value !== undefined) return value;
  throw new DeltaError(
    "E_CORRUPT_LOG",
    `a file has a partition value of ${name} that is no value of its type`,
  );
}

function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}

function literal(value: PredicateValue): string {
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}

function refusal(reason: string): DeltaError {
  return new DeltaError("E_INVALID_COMMIT", `the predicate cannot be used: ${reason}`, {
    hint: "nothing was written; a predicate compares partition columns with values of their types",
  });
}
