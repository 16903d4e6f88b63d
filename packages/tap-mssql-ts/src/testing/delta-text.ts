import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DataType, Type, type Vector } from "apache-arrow";
import { DeltaTable, LocalStore } from "delta-lake-ts";

/** Loads a tap's output with target-delta-ts; answers the texts of a column by table, in the order of `ID`. */
export async function loadDelta(options: {
  readonly messages: string;
  readonly tables: readonly string[];
  readonly column: string;
}): Promise<Readonly<Record<string, readonly string[]>>> {
  const folder = mkdtempSync(join(tmpdir(), "golden-delta-"));
  try {
    await runTarget(folder, options.messages);
    const entries = options.tables.map(async (table) => {
      const texts = await columnTexts(join(folder, "out", table), options.column);
      return [table, texts] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runTarget(folder: string, messages: string): Promise<void> {
  const config = join(folder, "config.json");
  writeFileSync(config, JSON.stringify({ path: join(folder, "out") }));
  const executable = fileURLToPath(
    new URL("../../../target-delta-ts/dist/cli.js", import.meta.url),
  );
  const child = spawn(process.execPath, [executable, "--config", config], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString("utf8")));
  child.stdin.on("error", () => undefined);
  child.stdin.end(messages);
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`the target ended with ${String(code)}: ${errors}`);
}

async function columnTexts(path: string, column: string): Promise<readonly string[]> {
  const table = await DeltaTable.open(new LocalStore(path));
  if (table === undefined) throw new Error(`there is no table ${path}`);
  const rows: { readonly id: number; readonly text: string }[] = [];
  for await (const batch of table.read({ columns: ["ID", column] })) {
    const ids = batch.getChild("ID");
    const values = batch.getChild(column);
    if (ids === null || values === null) throw new Error(`${path} lacks a column`);
    for (let row = 0; row < batch.numRows; row++)
      rows.push({ id: Number(ids.get(row)), text: textOf(values, row) });
  }
  return rows.toSorted((left, right) => left.id - right.id).map(({ text }) => text);
}

/** A value as text, exact: Arrow's own getters make doubles of timestamps. */
function textOf(vector: Vector<DataType>, row: number): string {
  const value: unknown = vector.get(row);
  if (value === null) return "null";
  const { type } = vector;
  const raw: unknown = vector.data[0]?.values?.[row];
  switch (type.typeId) {
    case Type.Timestamp:
      return microsText(BigInt(String(raw)));
    case Type.Date:
      return new Date(Number(raw) * 86_400_000).toISOString().slice(0, 10);
    case Type.Decimal:
      // Arrow's decimals are 128-bit words, and know their scale.
      return decimalText(value as Uint32Array, (type as { readonly scale?: number }).scale ?? 0);
    case Type.Binary:
      return Buffer.from(value as Uint8Array).toString("base64");
    default:
      return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
  }
}

function microsText(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(fraction).padStart(6, "0")}Z`;
}

function decimalText(words: Uint32Array, scale: number): string {
  const unsigned = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const signed = BigInt.asIntN(128, unsigned);
  const digits = String(signed < 0n ? -signed : signed).padStart(scale + 1, "0");
  const point = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return signed < 0n ? `-${text}` : text;
}
