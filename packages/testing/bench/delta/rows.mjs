// Rows of five usual columns, made from their key, so that both programs merge the same values.
import { makeData, RecordBatch, Struct } from "apache-arrow";
import { deltaToArrow } from "delta-lake-ts";

const field = (name, type) => ({ name, type, nullable: true, metadata: {} });
export const ROW_SCHEMA = {
  type: "struct",
  fields: [field("id", "long"), field("name", "string"), field("amount", "double"), field("at", "timestamp"), field("region", "string")],
};
const START_US = 1_767_225_600_000_000n;

/** Rows with the keys `first`, `first + step`, …; `salt` changes every column but the key. */
export function rowBatch(first, count, step, salt = 0) {
  const schema = deltaToArrow(ROW_SCHEMA);
  const id = new BigInt64Array(count);
  const amount = new Float64Array(count);
  const at = new BigInt64Array(count);
  const names = [];
  const regions = [];
  for (let row = 0; row < count; row += 1) {
    const key = first + row * step;
    id[row] = BigInt(key);
    amount[row] = (key % 100_003) / 4 + salt;
    at[row] = START_US + BigInt(key) * 1000n;
    names.push(`customer number ${key * 7919}${salt === 0 ? "" : `/${salt}`}`);
    regions.push(`region ${key % 23}`);
  }
  const [idField, nameField, amountField, atField, regionField] = schema.fields;
  const children = [
    makeData({ type: idField.type, length: count, nullCount: 0, data: id }),
    textData(nameField.type, names),
    makeData({ type: amountField.type, length: count, nullCount: 0, data: amount }),
    makeData({ type: atField.type, length: count, nullCount: 0, data: at }),
    textData(regionField.type, regions),
  ];
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: count, nullCount: 0, children }));
}

function textData(type, texts) {
  const valueOffsets = new Int32Array(texts.length + 1);
  const parts = texts.map((text) => Buffer.from(text));
  for (const [row, part] of parts.entries()) valueOffsets[row + 1] = valueOffsets[row] + part.length;
  return makeData({ type, length: texts.length, nullCount: 0, valueOffsets, data: Buffer.concat(parts) });
}
