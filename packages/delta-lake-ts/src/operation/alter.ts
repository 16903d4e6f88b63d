import type { Action, Metadata } from "../action.ts";
import { isMapped, physicalName } from "../column-mapping.ts";
import { DeltaError } from "../error.ts";
import { checkWrite } from "../feature.ts";
import { findField, type StructField, type StructType, stringifySchema } from "../schema.ts";
import { loadSnapshot, type Snapshot } from "../snapshot.ts";
import type { ObjectStore } from "../store.ts";
import { commitTransaction, replanOnConflict } from "../transaction.ts";
import { type CommitOptions, createContext, stateActions } from "./options.ts";

/** A column by its name, or a field of a struct by the names that lead to it. */
export type ColumnPath = string | readonly string[];

export type AlterOptions = Pick<CommitOptions, "commitInfo" | "runtime">;

/** What a change of the schema does to the struct that holds the column. */
type Change = (fields: readonly StructField[], field: StructField) => readonly StructField[];

/**
 * Gives a column another name, in a table that maps its columns by name: no file is touched, every version keeps the names
 * that it had.
 */
export async function renameColumn(
  store: ObjectStore,
  column: ColumnPath,
  newName: string,
  options: AlterOptions = {},
): Promise<{ version: number }> {
  const path = pathOf(column);
  const newPath = [...path.slice(0, -1), newName];
  const rename: Change = (fields, field) => {
    const rival = findField({ type: "struct", fields }, newName);
    if (rival !== undefined && rival !== field) {
      throw refusal(path, "rename", `there is a column ${rival.name} already`);
    }
    return fields.map((other) => (other === field ? { ...field, name: newName } : other));
  };
  return alter(store, options, {
    operation: "RENAME COLUMN",
    operationParameters: { oldColumnPath: path.join("."), newColumnPath: newPath.join(".") },
    plan: (base) => schemaChange(base, { path, verb: "rename", change: rename }),
  });
}

/**
 * Takes a column from a table that maps its columns by name. No file is touched: older versions still have it, and a new
 * column of the same name starts empty.
 */
export async function dropColumn(
  store: ObjectStore,
  column: ColumnPath,
  options: AlterOptions = {},
): Promise<{ version: number }> {
  const path = pathOf(column);
  const drop: Change = (fields, field) => {
    if (fields.length === 1) throw refusal(path, "drop", "it is the only one");
    return fields.filter((other) => other !== field);
  };
  return alter(store, options, {
    operation: "DROP COLUMNS",
    operationParameters: { columns: JSON.stringify([path.join(".")]) },
    plan: (base) => schemaChange(base, { path, verb: "drop", change: drop }),
  });
}

/**
 * Sets table properties. Features that they need are added to the protocol, and none is ever taken away. Nothing is
 * committed when the table has them already.
 */
export async function setProperties(
  store: ObjectStore,
  configuration: Readonly<Record<string, string>>,
  options: AlterOptions = {},
): Promise<{ version: number }> {
  return alter(store, options, {
    operation: "SET TBLPROPERTIES",
    operationParameters: { properties: JSON.stringify(configuration) },
    plan: (base) =>
      stateActions(
        createContext(store, options),
        base,
        { configuration },
        { replacesSchema: false },
      ),
  });
}

async function alter(
  store: ObjectStore,
  options: AlterOptions,
  work: {
    readonly operation: string;
    readonly operationParameters: Readonly<Record<string, string>>;
    readonly plan: (base: Snapshot) => Action[];
  },
): Promise<{ version: number }> {
  const context = createContext(store, options);
  const { plan, ...words } = work;
  return replanOnConflict(context, async () => {
    const base = await loadSnapshot(store);
    if (base === undefined) {
      throw new DeltaError("E_TABLE_NOT_FOUND", "there is no Delta table here");
    }
    checkWrite(base.protocol, base.metadata, base.schema);
    const actions = plan(base);
    if (actions.length === 0) return { version: base.version };
    const { commitInfo } = options;
    const version = await commitTransaction(context, {
      base,
      actions,
      reads: { type: "none" },
      ...words,
      ...(commitInfo === undefined ? {} : { commitInfo }),
    });
    return { version };
  });
}

function schemaChange(
  base: Snapshot,
  {
    path,
    verb,
    change,
  }: {
    readonly path: readonly string[];
    readonly verb: "rename" | "drop";
    readonly change: Change;
  },
): Action[] {
  const { metadata, schema } = base;
  if (!isMapped(metadata.configuration)) {
    throw refusal(
      path,
      verb,
      "the table keeps its columns under their own names",
      "set the table property delta.columnMapping.mode to name first (Polars then refuses the table), or overwrite the table",
    );
  }
  checkUnused(base, path, verb);
  const metaData: Metadata = {
    ...metadata,
    schemaString: stringifySchema(changeStruct(schema, path, { verb, change, whole: path })),
  };
  return [{ type: "metaData", metaData }];
}

/** Clustering and statistics name columns, too. */
function checkUnused(base: Snapshot, path: readonly string[], verb: "rename" | "drop"): void {
  const [first = ""] = path;
  const field = findField(base.schema, first);
  const clustering = base.domains.get("delta.clustering")?.configuration ?? "";
  if (verb === "drop" && field !== undefined && clustering.includes(physicalName(field))) {
    throw refusal(path, verb, "the table is clustered by it");
  }
  const listed = base.properties.statisticsColumns ?? [];
  if (listed.some((other) => areNested(path, other))) {
    throw refusal(path, verb, "delta.dataSkippingStatsColumns names it");
  }
}

/** True when both paths lead to one column, or one lies in the other. */
function areNested(one: readonly string[], other: readonly string[]): boolean {
  const depth = Math.min(one.length, other.length);
  return one
    .slice(0, depth)
    .every((name, index) => name.toLowerCase() === other[index]?.toLowerCase());
}

function changeStruct(
  struct: StructType,
  path: readonly string[],
  work: {
    readonly verb: "rename" | "drop";
    readonly change: Change;
    readonly whole: readonly string[];
  },
): StructType {
  const [name = "", ...rest] = path;
  const field = findField(struct, name);
  if (field === undefined) throw refusal(work.whole, work.verb, "there is no such column");
  if (rest.length === 0) return { type: "struct", fields: work.change(struct.fields, field) };
  const { type } = field;
  if (typeof type === "string" || type.type !== "struct") {
    throw refusal(work.whole, work.verb, `${name} is no struct`);
  }
  const changed = { ...field, type: changeStruct(type, rest, work) };
  return {
    type: "struct",
    fields: struct.fields.map((other) => (other === field ? changed : other)),
  };
}

function pathOf(column: ColumnPath): readonly string[] {
  return typeof column === "string" ? [column] : column;
}

function refusal(
  path: readonly string[],
  verb: "rename" | "drop",
  reason: string,
  hint?: string,
): DeltaError {
  return new DeltaError(
    "E_SCHEMA_MISMATCH",
    `cannot ${verb} column ${path.join(".")}: ${reason}`,
    hint === undefined ? {} : { hint },
  );
}
