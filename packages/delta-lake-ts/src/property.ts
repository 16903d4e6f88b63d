import type { Metadata } from "./action.ts";
import { DeltaError } from "./error.ts";

const DAY_MS = 86_400_000;

/** What a unit of an `interval …` property is worth. Months and years are refused by Delta itself. */
const UNIT_MS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: DAY_MS,
  week: 7 * DAY_MS,
};

/** The table properties that this package acts on, with Delta's own defaults. */
export interface TableProperties {
  readonly isAppendOnly: boolean;
  /** Commits between two checkpoints. */
  readonly checkpointInterval: number;
  /** How long a removed file's tombstone is kept. */
  readonly tombstoneRetentionMs: number;
  /** How long old commits are kept. */
  readonly logRetentionMs: number;
  /** -1 means all columns. */
  readonly indexedColumnCount: number;
  /** The columns that have statistics, each by the names that lead to it; undefined for the first ones. */
  readonly statisticsColumns: readonly (readonly string[])[] | undefined;
  /** Code points of a text that statistics keep. */
  readonly prefixLength: number;
  readonly isolationLevel: "Serializable" | "WriteSerializable";
  readonly writesStatisticsAsJson: boolean;
  readonly usesInCommitTimestamps: boolean;
  readonly usesDeletionVectors: boolean;
  readonly columnMappingMode: string;
}

/** Reads the properties of a table's `configuration`; a value that makes no sense is a named error. */
export function parseProperties(configuration: Metadata["configuration"]): TableProperties {
  const isolation = configuration["delta.isolationLevel"];
  return {
    isAppendOnly: configuration["delta.appendOnly"] === "true",
    checkpointInterval: integer(configuration, "delta.checkpointInterval", 10, 1),
    tombstoneRetentionMs: interval(configuration, "delta.deletedFileRetentionDuration", 7 * DAY_MS),
    logRetentionMs: interval(configuration, "delta.logRetentionDuration", 30 * DAY_MS),
    indexedColumnCount: integer(configuration, "delta.dataSkippingNumIndexedCols", 32, -1),
    statisticsColumns: columnList(configuration["delta.dataSkippingStatsColumns"]),
    prefixLength: integer(configuration, "delta.dataSkippingStringPrefixLength", 32, 0),
    isolationLevel: isolation === "WriteSerializable" ? isolation : "Serializable",
    writesStatisticsAsJson: configuration["delta.checkpoint.writeStatsAsJson"] !== "false",
    usesInCommitTimestamps: configuration["delta.enableInCommitTimestamps"] === "true",
    usesDeletionVectors: configuration["delta.enableDeletionVectors"] === "true",
    columnMappingMode: configuration["delta.columnMapping.mode"] ?? "none",
  };
}

/** Parses ``a, `b.c`, s.x``: names may stand in backticks, a dot leads into a struct. */
function columnList(text: string | undefined): string[][] | undefined {
  if (text === undefined) return undefined;
  const columns: string[][] = [];
  const pattern = /(?:`((?:[^`]|``)*)`|([^`,.]+))\s*([,.]|$)/g;
  let path: string[] = [];
  for (const [, quoted, plain = "", end] of text.matchAll(pattern)) {
    path.push(quoted === undefined ? plain.trim() : quoted.replaceAll("``", "`"));
    if (end === ".") continue;
    columns.push(path);
    path = [];
  }
  return columns;
}

function integer(
  configuration: Metadata["configuration"],
  key: string,
  fallback: number,
  least: number,
): number {
  const text = configuration[key];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) throw wrongProperty(key, text);
  return value;
}

/** Parses `interval 30 days`, `interval 1 week 12 hours`; the word `interval` may be missing. */
function interval(configuration: Metadata["configuration"], key: string, fallback: number): number {
  const text = configuration[key];
  if (text === undefined) return fallback;
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^interval\s+/, "")
    .split(/\s+/);
  let totalMs = 0;
  for (let index = 0; index < words.length; index += 2) {
    const amount = Number(words[index]);
    const unitMs = UNIT_MS[(words[index + 1] ?? "").replace(/s$/, "")];
    if (!Number.isFinite(amount) || unitMs === undefined) throw wrongProperty(key, text);
    totalMs += amount * unitMs;
  }
  return totalMs;
}

function wrongProperty(key: string, text: string): DeltaError {
  return new DeltaError("E_CORRUPT_LOG", `table property ${key} has the value ${text}`, {
    hint: "correct it with ALTER TABLE … SET TBLPROPERTIES",
  });
}
