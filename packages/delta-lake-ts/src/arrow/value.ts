import { type Data, DataType } from "apache-arrow";
import { readScalar } from "./scalar.ts";
import { isValid } from "./validity.ts";

/** One value as plain JavaScript: objects for structs and string maps, arrays for lists, numbers where they are exact. */
export function readValue(data: Data, row: number): unknown {
  if (!isValid(data, row)) return null;
  const { type } = data;
  if (DataType.isStruct(type)) {
    const value: Record<string, unknown> = {};
    for (const [index, { name }] of type.children.entries()) {
      const child = data.children[index];
      if (child !== undefined) value[name] = readValue(child, row);
    }
    return value;
  }
  if (DataType.isList(type) || DataType.isMap(type)) {
    const offsets: Int32Array = data.valueOffsets;
    const [child] = data.children;
    if (child === undefined) throw new Error("a list column has no values");
    const start = offsets[row] ?? 0;
    const items = Array.from({ length: (offsets[row + 1] ?? 0) - start }, (_, index) =>
      readValue(child, start + index),
    );
    if (!DataType.isMap(type)) return items;
    return Object.fromEntries(
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A map's child is a struct of key and value.
      (items as { key: string; value: unknown }[]).map(({ key, value }) => [key, value]),
    );
  }
  const scalar = readScalar(data, row);
  return typeof scalar === "bigint" && isExact(scalar) ? Number(scalar) : scalar;
}

function isExact(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}
