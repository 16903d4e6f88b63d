import type { CaptureInstance, ChangeLog } from "../change-log.ts";
import { SqlError } from "./error.ts";
import { type Relation, relationOfRows } from "./relation.ts";
import { bigintType, intType, makeType, nvarchar, type Type } from "./type.ts";
import type { Value } from "./value.ts";

/** A column with its type, as change functions show it. */
interface TypedColumn {
  readonly name: string;
  readonly type: Type;
}

const lsnType = makeType("binary", { length: 10 });
const maskType = makeType("varbinary", { length: 128 });
/** Log sequence numbers count from here; a commit is this far from the next. */
const lsnBase = 0x20_0000_0000_0000n;
const lsnStep = 0x1_0000n;

/** The log sequence number of a transaction, 10 bytes. */
export function lsnOf(version: number, index = 0): Uint8Array {
  return lsnBytes(lsnBase + BigInt(version) * lsnStep + BigInt(index));
}

/** The number after or before another one. */
export function movedLsn(lsn: Uint8Array, by: bigint): Uint8Array {
  return lsnBytes(lsnNumber(lsn) + by);
}

/** The last transaction at or before a log sequence number. */
export function versionOfLsn(lsn: Uint8Array): number {
  return Number((lsnNumber(lsn) - lsnBase) / lsnStep);
}

/** The first log sequence number that an instance still has. */
export function lsnMinOf(log: ChangeLog, instance: CaptureInstance): Uint8Array {
  return lsnOf(Math.max(instance.startVersion, log.versionMin) + 1);
}

/** CHANGETABLE(CHANGES table, since): see T-SQL reference, "CHANGETABLE". */
export function netChanges(
  log: ChangeLog,
  options: {
    readonly table: string;
    readonly keys: readonly TypedColumn[];
    readonly since: number;
    readonly last: number;
  },
): Relation {
  const { table, keys, since, last } = options;
  const columns = [
    { name: "SYS_CHANGE_VERSION", type: bigintType },
    { name: "SYS_CHANGE_CREATION_VERSION", type: bigintType },
    { name: "SYS_CHANGE_OPERATION", type: makeType("nchar", { length: 1 }) },
    { name: "SYS_CHANGE_COLUMNS", type: makeType("varbinary", { length: 4100 }) },
    { name: "SYS_CHANGE_CONTEXT", type: maskType },
    ...keys,
  ].map((column) => ({ ...column, nullable: true }));
  const rows = log
    .netChanges(table, since, last)
    .map(({ version, creationVersion, operation, key }): readonly Value[] => [
      BigInt(version),
      creationVersion === undefined ? null : BigInt(creationVersion),
      operation,
      null,
      null,
      ...key,
    ]);
  return relationOfRows(columns, rows);
}

/** cdc.fn_cdc_get_net_changes_…(from, to, 'all'): each changed row once, with its last operation. */
export function netCaptured(
  log: ChangeLog,
  instance: CaptureInstance,
  options: {
    readonly columns: readonly TypedColumn[];
    readonly from: Uint8Array;
    readonly to: Uint8Array;
  },
): Relation {
  const all = allChanges(log, instance, options);
  const last = log.changesOf(instance.table, versionOfLsn(options.from), versionOfLsn(options.to));
  const nets = log
    .netChanges(instance.table, versionOfLsn(options.from) - 1, versionOfLsn(options.to))
    // A row that came and went in the range is no net change.
    .filter(({ operation, creationVersion }) => operation !== "D" || creationVersion === undefined);
  const rows = nets.map(({ version, operation, key }): readonly Value[] => {
    const change = last.findLast(
      (one) => one.version === version && one.key.map(String).join() === key.map(String).join(),
    );
    return [
      lsnOf(version),
      operation === "D" ? 1 : operation === "I" ? 2 : 4,
      null,
      ...options.columns.map(({ name }) => change?.row[name] ?? null),
    ];
  });
  const columns = all.columns.filter(({ name }) => !["__$seqval"].includes(name));
  return relationOfRows(columns, rows);
}

/** cdc.<instance>_CT, the change table itself, with the order of commands that the functions leave out. */
export function changeTableRows(
  log: ChangeLog,
  instance: CaptureInstance,
  typed: readonly TypedColumn[],
): Relation {
  const columns = [
    { name: "__$start_lsn", type: lsnType },
    { name: "__$end_lsn", type: lsnType },
    { name: "__$seqval", type: lsnType },
    { name: "__$operation", type: intType },
    { name: "__$update_mask", type: maskType },
    ...typed,
    { name: "__$command_id", type: intType },
  ].map((column) => ({ ...column, nullable: true }));
  const rows = log
    .changesOf(instance.table, instance.startVersion + 1, log.version)
    .map(({ version, index, sequence, operation, row }): readonly Value[] => [
      lsnOf(version),
      null,
      lsnOf(version, sequence + 1),
      operationNumber[operation],
      null,
      ...typed.map(({ name }) => row[name] ?? null),
      index + 1,
    ]);
  return relationOfRows(columns, rows);
}

const operationNumber = { delete: 1, insert: 2, update: 4 } as const;

/** cdc.fn_cdc_get_all_changes_…(from, to, 'all'); throws 313 for a range that is not there. */
export function allChanges(
  log: ChangeLog,
  instance: CaptureInstance,
  options: {
    readonly columns: readonly TypedColumn[];
    readonly from: Uint8Array;
    readonly to: Uint8Array;
  },
): Relation {
  const { from, to } = options;
  const isInside =
    Buffer.compare(from, lsnMinOf(log, instance)) >= 0 &&
    Buffer.compare(to, lsnOf(log.version)) <= 0;
  if (!isInside)
    throw new SqlError(
      313,
      `An insufficient number of arguments were supplied for the procedure or function cdc.fn_cdc_get_all_changes_ ... .`,
      { state: 3 },
    );
  const columns = [
    { name: "__$start_lsn", type: lsnType },
    { name: "__$seqval", type: lsnType },
    { name: "__$operation", type: intType },
    { name: "__$update_mask", type: maskType },
    ...options.columns,
  ].map((column) => ({ ...column, nullable: true }));
  const rows = log
    .changesOf(instance.table, versionOfLsn(from), versionOfLsn(to))
    .filter(
      ({ version }) => version > instance.startVersion && Buffer.compare(lsnOf(version), from) >= 0,
    )
    .toSorted((left, right) => left.version - right.version || left.sequence - right.sequence)
    .map(({ version, sequence, operation, row }): readonly Value[] => [
      lsnOf(version),
      lsnOf(version, sequence + 1),
      operationNumber[operation],
      null,
      ...options.columns.map(({ name }) => row[name] ?? null),
    ]);
  return relationOfRows(columns, rows);
}

/** sys.dm_tran_commit_table. */
export function commitTable(log: ChangeLog): Relation {
  const versions = Array.from({ length: log.version }, (_, index) => index + 1);
  return relationOfRows(
    [
      { name: "commit_ts", type: bigintType, nullable: true },
      { name: "commit_time", type: makeType("datetime"), nullable: true },
    ],
    versions.map((version) => {
      const committedAt = log.committedAt(version);
      return [BigInt(version), committedAt === undefined ? null : datetimeOf(committedAt)];
    }),
  );
}

/** cdc.change_tables and cdc.captured_columns. */
export function captureViews(
  log: ChangeLog,
  objectId: (table: string) => number,
): Readonly<Record<string, () => Relation>> {
  const column = (name: string, type: Type) => ({ name, type, nullable: true });
  const tableId = (index: number): number => 1_900_000_000 + index;
  return {
    "cdc.change_tables": () =>
      relationOfRows(
        [
          column("object_id", intType),
          column("source_object_id", intType),
          column("capture_instance", nvarchar(128)),
          column("start_lsn", lsnType),
          column("supports_net_changes", makeType("bit")),
        ],
        log.instances.map((instance, index) => [
          tableId(index),
          objectId(instance.table),
          instance.name,
          lsnOf(instance.startVersion + 1),
          true,
        ]),
      ),
    "cdc.captured_columns": () =>
      relationOfRows(
        [
          column("object_id", intType),
          column("column_name", nvarchar(128)),
          column("column_ordinal", intType),
        ],
        log.instances.flatMap(({ columns }, index) =>
          columns.map((name, ordinal) => [tableId(index), name, ordinal + 1]),
        ),
      ),
  };
}

const epoch1900 = Date.UTC(1900, 0, 1);

/** A time as the server keeps a datetime. */
export function datetimeOf(time: Date): number {
  return Math.round(((time.getTime() - epoch1900) * 3) / 10);
}

function lsnNumber(lsn: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(lsn).toString("hex")}`);
}

function lsnBytes(number: bigint): Uint8Array {
  return Buffer.from(number.toString(16).padStart(20, "0"), "hex");
}
