// A SQL Server double whose table dbo.bench has any number of rows, encoded beforehand, so that the
// server is not the limit. Everything but that one SELECT is answered as usual.
// node tap-mssql/replay-server.mjs ROWS [PACKET_BYTES]: prints one JSON line with its port, runs until stdin ends.
import { ChangingDatabase, startSqlServer } from "adventureworks/sqlserver";

const rowCount = Number(process.argv[2] ?? 1_000_000);
const isForPython = process.argv[3] === "4096";
const blockRows = 5000;
const packetBytes = Number(process.argv[3] ?? 16_384);
const columns = {
  id: "bigint not null", qty: "int", small: "smallint", tiny: "tinyint", flag: "bit", price: "decimal(18,4)",
  amount: "money", ratio: "float", day: "date", at2: "datetime2(7)", at: "datetime", code: "varchar(50)",
  name: "nvarchar(50)", note: "nvarchar(max)", guid: "uniqueidentifier",
};
const database = new ChangingDatabase({
  name: "Bench",
  tables: [{ name: "dbo.bench", columns, primaryKey: ["id"], rows: [{ id: String(10_000_000_000 + rowCount) }] }],
});
const collation = Buffer.from("0904d00034", "hex");

const uint = (value, bytes) => {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 8) buffer.writeBigUInt64LE(BigInt(value));
  else buffer.writeUIntLE(value, 0, bytes);
  return buffer;
};
const sized = (bytes) => Buffer.concat([uint(bytes.length, 1), bytes]);
const text = (value) => Buffer.concat([uint(value.length * 2, 2), Buffer.from(value, "utf16le")]);
const float = (value) => {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleLE(value);
  return buffer;
};

/** TYPE_INFO of the columns, in order (MS-TDS 2.2.5.6). */
const typeInfo = [
  [0x26, 8], [0x26, 4], [0x26, 2], [0x26, 1], [0x68, 1], [0x6a, 9, 18, 4], [0x6e, 8], [0x6d, 8], [0x28], [0x2a, 7], [0x6f, 8],
  [0xa7, 50, 0, ...collation], [0xe7, 100, 0, ...collation], [0xe7, 0xff, 0xff, ...collation], [0x24, 16],
];
const metadataOf = (names, types) =>
  Buffer.concat([
    Buffer.from([0x81]),
    uint(types.length, 2),
    ...names.map((name, index) =>
      Buffer.concat([uint(0, 4), uint(9, 2), Buffer.from(types[index]), sized(Buffer.from(name, "utf16le")).fill(name.length, 0, 1)]),
    ),
  ]);
// Python's tap asks for datetime2 as text.
if (isForPython) typeInfo[9] = [0xa7, 30, 0, ...collation];
const metadata = metadataOf(Object.keys(columns), typeInfo);

function row(i) {
  const note = Buffer.from(`A note of some length for row ${i % 1000}`, "utf16le");
  const code = Buffer.from(`CODE${String(i).padStart(8, "0")}`);
  return Buffer.concat([
    Buffer.from([0xd1]),
    sized(uint(10_000_000_000 + i, 8)),
    sized(uint((i * 7) % 100_000, 4)),
    sized(uint(i % 30_000, 2)),
    sized(uint(i % 256, 1)),
    sized(uint(i % 2, 1)),
    sized(Buffer.concat([uint(1, 1), uint(i * 12_345, 8)])),
    sized(Buffer.concat([uint(0, 4), uint((i * 13) % 4_000_000_000, 4)])),
    sized(float(i * 1.1)),
    sized(uint(737_000 + (i % 1000), 3)),
    isForPython
      ? Buffer.concat([uint(27, 2), Buffer.from(`2018-11-05 12:34:56.${String((i * 987_654_321) % 10_000_000).padStart(7, "0")}`)])
      : sized(Buffer.concat([uint((i * 987_654_321) % 864_000_000_000, 5), uint(737_000 + (i % 1000), 3)])),
    sized(Buffer.concat([uint(43_000 + (i % 1000), 4), uint((i * 31) % 25_920_000, 4)])),
    uint(code.length, 2), code,
    text(`Customer name ${i % 1000}`),
    uint(note.length, 8), uint(note.length, 4), note, uint(0, 4),
    sized(Buffer.alloc(16, i % 251)),
  ]);
}

function packets(payload, isLast) {
  const parts = [];
  const room = packetBytes - 8;
  for (let at = 0; at < payload.length; at += room) {
    const part = payload.subarray(at, at + room);
    const header = Buffer.alloc(8);
    header[0] = 4;
    header[1] = isLast && at + room >= payload.length ? 1 : 0;
    header.writeUInt16BE(part.length + 8, 2);
    parts.push(header, part);
  }
  return Buffer.concat(parts);
}

const block = packets(Buffer.concat(Array.from({ length: blockRows }, (_, index) => row(index))), false);
const done = packets(Buffer.concat([Buffer.from([0xfd]), uint(0x10, 2), uint(0xc1, 2), uint(rowCount, 8)]), true);

/** nvarchar(128): 256 bytes. */
const nameType = [0xe7, 0, 1];
const integerType = [0x26, 4];
const integer = (value) => (value === null ? Buffer.from([0]) : sized(uint(value, 4)));

/** What Python's tap asks of INFORMATION_SCHEMA with window functions: the columns of the one table. */
function columnsAnswer() {
  const types = [nameType, nameType, nameType, nameType].map((type) => [...type, ...collation]);
  const names = ["TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "DATA_TYPE", "CHARACTER_MAXIMUM_LENGTH", "NUMERIC_PRECISION", "NUMERIC_SCALE", "is_key"];
  const precisions = { bigint: [19, 0], int: [10, 0], smallint: [5, 0], tinyint: [3, 0], decimal: [18, 4], money: [19, 4], float: [53, null] };
  const rows = Object.entries(columns).map(([name, declaration]) => {
    const [, type, length] = /^(\w+)(?:\((\w+))?/.exec(declaration);
    const [precision = null, scale = null] = precisions[type] ?? [];
    const characters = type.endsWith("varchar") ? (length === "max" ? 0xffff_ffff : Number(length)) : null;
    const numbers = [characters, precision, scale, name === "id" ? 1 : 0].map(integer);
    return Buffer.concat([Buffer.from([0xd1]), ...["dbo", "bench", name, type].map(text), ...numbers]);
  });
  const head = metadataOf(names, [...types, ...Array.from({ length: 4 }, () => integerType)]);
  const end = Buffer.concat([Buffer.from([0xfd]), uint(0x10, 2), uint(0xc1, 2), uint(rows.length, 8)]);
  return [packets(Buffer.concat([head, ...rows, end]), true)];
}

/** All rows, or of each of two key ranges the half; the range runs say so in a hint. */
function* replay(sql) {
  const count = sql.includes("MAXDOP 2") ? rowCount / 2 : rowCount;
  yield packets(metadata, false);
  for (let sent = 0; sent < count; sent += blockRows) yield block;
  yield done;
}

const double = await startSqlServer({
  database,
  user: "etl",
  password: "n0-secret",
  // pymssql quotes names with brackets too, and asks for the columns in the same order.
  replay: (sql) => {
    if (/row_number\(\) over/.test(sql)) return columnsAnswer();
    return /[["]id[\]"]\s*,\s*[["]qty/.test(sql) ? replay(sql) : undefined;
  },
});
const { port, certificate } = double;
process.stdout.write(`${JSON.stringify({ port, certificate })}\n`);
process.stdin.resume();
process.stdin.on("end", () => process.exit());
