// Writes one of the inputs of memory.mjs to stdout: rows, values, columns or streams. Usage: memory-input.mjs NAME ROWS
// A block of lines is made once and written again and again, so that the writer is never the slow side.
import { once } from "node:events";

const [name, rowCount] = [process.argv[2], Number(process.argv[3])];
const text = { type: ["string", "null"] };
const integer = { type: ["integer", "null"] };

const inputs = {
  // Short rows, many of them.
  rows: {
    block: 10_000,
    properties: { id: integer, name: text, at: { type: ["string", "null"], format: "date-time" }, price: { type: "number", multipleOf: 0.01 } },
    record: (row) => ({ id: row, name: `name ${row % 977}`, at: "2026-11-22T10:11:12.131415Z", price: (row % 9999) / 100 }),
  },
  // One value of 10 MB a row.
  values: {
    block: 2,
    properties: { id: integer, document: text },
    record: (row) => ({ id: row, document: "0123456789abcdef".repeat(640_000 + row) }),
  },
  columns: {
    block: 500,
    properties: Object.fromEntries(Array.from({ length: 500 }, (_, column) => [`column_${column}`, column % 2 === 0 ? text : integer])),
    record: (row) => Object.fromEntries(Array.from({ length: 500 }, (_, column) => [`column_${column}`, column % 2 === 0 ? `value ${row * column}` : row * column])),
  },
  // Rows of 200 streams, one after the other.
  streams: {
    block: 10_000,
    streams: 200,
    properties: { id: integer, name: text, note: text },
    record: (row) => ({ id: row, name: `name ${row % 977}`, note: "n".repeat(300) }),
  },
};

async function write(bytes) {
  if (!process.stdout.write(bytes)) await once(process.stdout, "drain");
}

const { block, streams = 1, properties, record } = inputs[name];
const streamName = (row) => `${name}-${row % streams}`;
for (let stream = 0; stream < streams; stream++) {
  await write(`${JSON.stringify({ type: "SCHEMA", stream: streamName(stream), schema: { type: "object", properties }, key_properties: [] })}\n`);
}
const lines = Array.from({ length: block }, (_, row) => `${JSON.stringify({ type: "RECORD", stream: streamName(row), record: record(row) })}\n`);
const bytes = Buffer.from(lines.join(""));
for (let row = 0; row < rowCount; row += block) {
  await write(row + block <= rowCount ? bytes : lines.slice(0, rowCount - row).join(""));
}
await write(`${JSON.stringify({ type: "STATE", value: { bookmarks: { done: rowCount } } })}\n`);
