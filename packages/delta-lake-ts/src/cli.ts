import { parseArgs } from "node:util";
import { batchToJson } from "./arrow/json.ts";
import { DeltaError } from "./error.ts";
import { stringifyJson } from "./json.ts";
import { check } from "./operation/check.ts";
import { optimize } from "./operation/optimize.ts";
import { vacuum } from "./operation/vacuum.ts";
import { LocalStore } from "./store/local.ts";
import { DeltaTable } from "./table.ts";

/** Rows that `head` shows unless told otherwise. */
const HEAD_ROWS = 10;

const USAGE = `usage: delta-lake-ts COMMAND FOLDER [options]

  describe   version, schema, files and rows of the table
  history    commits, newest first
  head       the first rows, one JSON object a line
  count      the number of rows
  check      holds the files against the log, and the log against itself; exit code 1 when something is wrong
  optimize   joins small files
  vacuum     lists files that no version needs; --delete deletes them

  --version N   look at version N (describe, head, count)
  --limit N     at most N rows or commits
  --delete      vacuum: delete instead of listing
  --rows        check: read every row as well, and compare it with the log's bounds
  --json        one JSON value instead of text
`;

/** What a command answers: a value for --json, lines for people, and whether all is well. */
interface Answer {
  readonly value: unknown;
  readonly lines: readonly string[];
  readonly isWell?: boolean;
}

interface Options {
  readonly version: number | undefined;
  readonly limit: number | undefined;
  readonly isDeleting: boolean;
  readonly readsRows: boolean;
}

/** Runs one command line and returns its exit code: 0 done, 1 failed, 2 usage. Writes through the two functions only. */
export async function runCli(
  args: readonly string[],
  output: { stdout(text: string): void; stderr(text: string): void },
): Promise<0 | 1 | 2> {
  const parsed = parseCommand(args);
  if (typeof parsed === "string") {
    output.stderr(`error: ${parsed} (E_USAGE)\n${USAGE}`);
    return 2;
  }
  if (parsed.isHelp) {
    output.stdout(USAGE);
    return 0;
  }
  try {
    const answer = await runCommand(parsed.command, new LocalStore(parsed.folder), parsed.options);
    output.stdout(
      parsed.isJson
        ? `${stringifyJson(answer.value)}\n`
        : answer.lines.map((line) => `${line}\n`).join(""),
    );
    return answer.isWell === false ? 1 : 0;
  } catch (error) {
    if (!(error instanceof DeltaError)) throw error;
    const hint = error.hint === undefined ? "" : `hint: ${error.hint}\n`;
    output.stderr(`error: ${error.message} (${error.code})\n${hint}`);
    return 1;
  }
}

const COMMANDS = ["describe", "history", "head", "count", "check", "optimize", "vacuum"] as const;
type Command = (typeof COMMANDS)[number];

interface CommandLine {
  readonly command: Command;
  readonly folder: string;
  readonly options: Options;
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

/** The command line, or what is wrong with it. */
function parseCommand(args: readonly string[]): CommandLine | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        version: { type: "string" },
        limit: { type: "string" },
        delete: { type: "boolean", default: false },
        rows: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const [name, folder = "."] = positionals;
    const command = COMMANDS.find((known) => known === name);
    if (command === undefined && !values.help) return `there is no command ${name ?? ""}`.trimEnd();
    const options = {
      version: wholeNumber("version", values.version),
      limit: wholeNumber("limit", values.limit),
      isDeleting: values.delete,
      readsRows: values.rows,
    };
    return {
      command: command ?? "describe",
      folder,
      options,
      isJson: values.json,
      isHelp: values.help,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`--${name} takes a whole number, not ${text}`);
  return Number(text);
}

async function runCommand(command: Command, store: LocalStore, options: Options): Promise<Answer> {
  switch (command) {
    case "describe":
      return describe(await openTable(store, options));
    case "history":
      return history(await openTable(store, options), options);
    case "head":
      return head(await openTable(store, options), options);
    case "count":
      return count(await openTable(store, options));
    case "check": {
      const result = await check(store, { readsRows: options.readsRows });
      const isWell = result.problems.length === 0;
      const lines = isWell
        ? [`version ${result.version}: ${result.fileCount} files, all well`]
        : result.problems;
      return { value: result, lines, isWell };
    }
    case "optimize": {
      const result = await optimize(store);
      return { value: result, lines: [`${result.filesRemoved} files became ${result.filesAdded}`] };
    }
    case "vacuum": {
      const result = await vacuum(store, { dryRun: !options.isDeleting });
      const verb = result.isDryRun ? "could be deleted (--delete does it)" : "deleted";
      return {
        value: result,
        lines: [...result.paths, `${result.paths.length} files, ${result.sizeBytes} bytes ${verb}`],
      };
    }
    default:
      throw new Error("a command without an implementation");
  }
}

async function openTable(store: LocalStore, { version }: Options): Promise<DeltaTable> {
  const table = await DeltaTable.open(store, version === undefined ? {} : { version });
  if (table === undefined) {
    throw new DeltaError("E_TABLE_NOT_FOUND", "there is no Delta table in this folder", {
      hint: "name the folder that holds _delta_log",
    });
  }
  return table;
}

function describe(table: DeltaTable): Answer {
  const { version, protocol, metadata, fileCount, rowCount, sizeBytes, schema } = table;
  const { id, partitionColumns, configuration } = metadata;
  const value = {
    version,
    id,
    protocol,
    rowCount,
    fileCount,
    sizeBytes,
    partitionColumns,
    configuration,
    schema,
  };
  const lines = [
    `version ${version}, ${rowCount ?? "?"} rows in ${fileCount} files, ${sizeBytes} bytes`,
    `protocol ${protocol.minReaderVersion},${protocol.minWriterVersion}, partitioned by (${partitionColumns.join(", ")})`,
    ...schema.fields.map(({ name, type, nullable }) => {
      const text = typeof type === "string" ? type : type.type;
      return `  ${name} ${text}${nullable ? "" : " not null"}`;
    }),
  ];
  return { value, lines };
}

async function history(table: DeltaTable, { limit }: Options): Promise<Answer> {
  const entries = await table.history(limit);
  const lines = entries.map(({ version, timestamp, operation }) => {
    const time = timestamp === undefined ? "?" : new Date(timestamp).toISOString();
    return `${version}  ${time}  ${operation ?? "?"}`;
  });
  return { value: entries, lines };
}

async function head(table: DeltaTable, { limit = HEAD_ROWS }: Options): Promise<Answer> {
  const rows: Record<string, unknown>[] = [];
  for await (const batch of table.read()) {
    rows.push(...batchToJson(batch, table.schema, limit - rows.length));
    if (rows.length >= limit) break;
  }
  return { value: rows, lines: rows.map((row) => stringifyJson(row)) };
}

async function count(table: DeltaTable): Promise<Answer> {
  let rowCount = table.rowCount;
  if (rowCount === undefined) {
    rowCount = 0;
    for await (const batch of table.read({ columns: [] })) rowCount += batch.numRows;
  }
  return { value: rowCount, lines: [String(rowCount)] };
}
