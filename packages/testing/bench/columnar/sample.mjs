// Writes ROWS order-detail records (13 columns, about 456 bytes a line) as Singer messages to stdout:
// integers, decimals of scale 4 and 6, a uuid, a date-time, a nullable boolean, texts with escapes and CJK.
import { once } from "node:events";

const rowCount = Number(process.argv[2] ?? 100_000);
const integer = { type: "integer", minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };
const properties = {
  SalesOrderID: integer,
  SalesOrderDetailID: integer,
  CarrierTrackingNumber: { type: ["string", "null"], maxLength: 25 },
  OrderQty: integer,
  ProductID: integer,
  SpecialOfferID: integer,
  UnitPrice: { type: "number", multipleOf: 0.0001, "x-precision": 19, "x-scale": 4 },
  UnitPriceDiscount: { type: "number", multipleOf: 0.0001, "x-precision": 19, "x-scale": 4 },
  LineTotal: { type: "number", multipleOf: 0.000001, "x-precision": 38, "x-scale": 6 },
  rowguid: { type: "string", format: "uuid" },
  ModifiedDate: { type: "string", format: "date-time" },
  IsShipped: { type: ["boolean", "null"] },
  Comment: { type: ["string", "null"] },
};
const comments = ["null", '"delivered to the back door"', '"\\u00fcber \\"Nacht\\"\\n"', '"注文の詳細, 第二版"', '"Доставлено вовремя"'];

let seed = 42;
function random(limit) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * limit);
}
const hex = (digits) => random(16 ** digits).toString(16).padStart(digits, "0").toUpperCase();
const two = (value) => String(value).padStart(2, "0");
const cents = (limit) => `${random(limit)}.${String(random(10_000)).padStart(4, "0")}`;

function line(row) {
  const tracking = row % 3 === 0 ? "null" : `"${hex(4)}-${hex(4)}-${hex(2)}"`;
  const shipped = ["true", "false", "null"][random(3)];
  const modified = `20${two(11 + random(4))}-${two(1 + random(12))}-${two(1 + random(28))}T${two(random(24))}:${two(random(60))}:${two(random(60))}.${random(1000)}000Z`;
  const guid = `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(6)}${hex(6)}`;
  return `{"type": "RECORD", "stream": "Sales-SalesOrderDetail", "record": {"SalesOrderID": ${43659 + (row >> 2)}, "SalesOrderDetailID": ${row + 1}, "CarrierTrackingNumber": ${tracking}, "OrderQty": ${1 + random(40)}, "ProductID": ${707 + random(300)}, "SpecialOfferID": ${1 + random(16)}, "UnitPrice": ${cents(3600)}, "UnitPriceDiscount": 0.${"0".repeat(2)}${two(random(100))}, "LineTotal": ${cents(30_000)}${two(random(100))}, "rowguid": "${guid}", "ModifiedDate": "${modified}", "IsShipped": ${shipped}, "Comment": ${comments[random(comments.length)]}}, "time_extracted": "2026-11-22T10:11:12.131415Z"}\n`;
}

async function write(text) {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}

const schema = { type: "object", properties };
await write(`${JSON.stringify({ type: "SCHEMA", stream: "Sales-SalesOrderDetail", schema, key_properties: ["SalesOrderDetailID"] })}\n`);
let text = "";
for (let row = 0; row < rowCount; row++) {
  text += line(row);
  if (text.length < 1 << 16) continue;
  await write(text);
  text = "";
}
await write(`${text}{"type": "STATE", "value": {"bookmarks": {}}}\n`);
