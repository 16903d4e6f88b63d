import { UserError } from "singer-sdk-ts";

/** What `target-delta-ts --verify` says of one stream. */
export interface Verification {
  readonly stream: string;
  readonly sourceRows: number;
  /** Absent when the table is missing. */
  readonly tableRows?: number;
  readonly sourceChecksum: string;
  readonly tableChecksum?: string;
  readonly version?: number;
  readonly seconds: number;
  readonly match: boolean;
}

/** Reads one line of `--verify`. Throws E_VERIFY when it is not one. */
export function parseVerification(line: string): Verification {
  const value: unknown = JSON.parse(line);
  if (typeof value === "object" && value !== null && "stream" in value && "match" in value) {
    // The line comes from our own target, whose test holds it to this shape.
    return value as Verification;
  }
  throw new UserError(
    "E_VERIFY",
    `the target printed a line that is no verification: ${line.slice(0, 80)}`,
  );
}

const header = [
  "stream",
  "source rows",
  "delta rows",
  "checksum",
  "version",
  "seconds",
  "",
] as const;

/** The validation table, one line per stream, columns aligned. */
export function verificationTable(rows: readonly Verification[]): string {
  const cells = rows.map((row) => [
    row.stream,
    row.sourceRows.toLocaleString("en-US"),
    row.tableRows?.toLocaleString("en-US") ?? "no table",
    row.sourceChecksum.slice(0, 16),
    row.version === undefined ? "-" : String(row.version),
    row.seconds.toFixed(1),
    row.match ? "match" : "differs",
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  return [[...header], ...cells].map((row) => alignedLine(row, widths)).join("\n");
}

/** Text columns to the left, numbers to the right. */
function alignedLine(row: readonly string[], widths: readonly number[]): string {
  const isText = (column: number) => column === 0 || column === 3 || column === 6;
  return row
    .map((cell, column) =>
      isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    )
    .join("  ")
    .trimEnd();
}
