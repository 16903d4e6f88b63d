import type { SessionHistory } from "./bound.ts";
import type { CatalogTable } from "./catalog/model.ts";
import { catalogFacets, systemTypes } from "./catalog/system-type.ts";
import type { ResultColumn } from "./cursor.ts";
import type { Engine } from "./engine.ts";
import { SqlError } from "./error.ts";
import { allChanges, netCaptured, netChanges } from "./history.ts";
import { type Relation, relationOfRows } from "./relation.ts";
import { bitType, intType, makeType, nvarchar } from "./type.ts";
import { bytesOf, textOf, type Value } from "./value.ts";

interface Surroundings {
  readonly engine: Engine;
  readonly history: SessionHistory | undefined;
  readonly table: readonly string[];
  describe(sql: string): readonly ResultColumn[];
}

const capturePrefix = "fn_cdc_get_all_changes_";
const netPrefix = "fn_cdc_get_net_changes_";

/** The rows of a table function; `undefined` when there is none of that name. */
export function tableFunction(
  name: string,
  values: readonly Value[],
  surroundings: Surroundings,
): Relation | undefined {
  const key = name.toLowerCase();
  if (key === "changetable") return changeTable(values, surroundings);
  if (key === "dm_exec_describe_first_result_set")
    return describeResult(surroundings.describe(textOf(values[0] ?? null)));
  if (key.startsWith(netPrefix))
    return captured(name.slice(netPrefix.length), values, { ...surroundings, isNet: true });
  if (!key.startsWith(capturePrefix)) return undefined;
  return captured(name.slice(capturePrefix.length), values, surroundings);
}

function changeTable(
  [since = null]: readonly Value[],
  { engine, history, table }: Surroundings,
): Relation {
  const found = engine.trackedTable(table);
  const name = found && `${found.schema.name}.${found.name}`;
  if (found === undefined || name === undefined || history?.log.isTracked(name) !== true)
    throw new SqlError(22_105, `Change tracking is not enabled on table '${table.join(".")}'.`);
  return netChanges(history.log, {
    table: name,
    keys: typedColumns(found, found.data.schema.primaryKey),
    since: Number(since ?? 0),
    last: history.version,
  });
}

function captured(
  instanceName: string,
  [from = null, to = null]: readonly Value[],
  { engine, history, isNet = false }: Surroundings & { readonly isNet?: boolean },
): Relation | undefined {
  const instance = history?.log.instances.find(({ name }) => name === instanceName);
  const table = instance && engine.tableNamed(instance.table);
  if (history === undefined || instance === undefined || table === undefined) return undefined;
  return (isNet ? netCaptured : allChanges)(history.log, instance, {
    columns: typedColumns(table, instance.columns),
    from: bytesOf(from),
    to: bytesOf(to),
  });
}

function typedColumns(table: CatalogTable, names: readonly string[]) {
  return names.flatMap((name) => table.columns.filter((column) => column.name === name));
}

/** sys.dm_exec_describe_first_result_set, as far as a reader of types needs it. */
function describeResult(columns: readonly ResultColumn[]): Relation {
  const column = (name: string, type = intType) => ({ name, type, nullable: true });
  return relationOfRows(
    [
      column("is_hidden", bitType),
      column("column_ordinal"),
      column("name", nvarchar(128)),
      column("is_nullable", bitType),
      column("system_type_id"),
      column("max_length", makeType("smallint")),
      column("precision", makeType("tinyint")),
      column("scale", makeType("tinyint")),
      column("user_type_id"),
      column("error_message", nvarchar(4000)),
    ],
    columns.map(({ name, type, nullable }, index) => {
      const system = systemTypes.find((candidate) => candidate.name === type.name);
      const { maxLength, precision, scale } = catalogFacets(type);
      const isClr = system?.isAssembly === true;
      return [
        false,
        index + 1,
        name,
        nullable,
        system?.systemId ?? 0,
        maxLength,
        precision,
        scale,
        isClr ? (system?.id ?? null) : null,
        null,
      ];
    }),
  );
}
