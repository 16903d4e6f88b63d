/**
 * The form in which rows are compared between engines: integers, dates (days) and timestamps (microseconds) as digits,
 * decimals at full scale, floats by their bits, bytes as base64, maps as sorted pairs.
 */
export function canonicalRow(schema, row) {
  return Object.fromEntries(
    schema.fields.map(({ name, type }) => [name, canonicalValue(type, row[name])]),
  );
}

function canonicalValue(type, value) {
  if (value === null || value === undefined) return null;
  if (typeof type === "object") return canonicalNested(type, value);
  const decimal = /^decimal\((\d+),(\d+)\)$/.exec(type);
  if (decimal !== null) return decimalText(BigInt(value), Number(decimal[2]));
  if (type === "double" || type === "float") return floatBits(value);
  if (type === "boolean" || type === "string") return value;
  if (type === "binary") return Buffer.from(value).toString("base64");
  return String(value);
}

function canonicalNested(type, value) {
  if (type.type === "struct") return canonicalRow(type, value);
  if (type.type === "array") return value.map((item) => canonicalValue(type.elementType, item));
  return Object.entries(value)
    .map(([key, item]) => [key, canonicalValue(type.valueType, item)])
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
}

function decimalText(unscaled, scale) {
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Big-endian bits of the double, one NaN for all. */
function floatBits(value) {
  if (Number.isNaN(value)) return "NaN";
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
}
