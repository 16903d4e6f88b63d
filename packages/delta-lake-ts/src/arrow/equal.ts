import { type Data, DataType, type RecordBatch } from "apache-arrow";
import { isValid } from "./validity.ts";

/** Tells whether a row of one column has the very value that a row of another column has. */
export type ValueEqual = (leftRow: number, rightRow: number) => boolean;

/** Compares rows of two batches of one schema, value by value; NaN equals NaN, 0 differs from -0. */
export function createRowEqual(left: RecordBatch, right: RecordBatch): ValueEqual {
  return createChildrenEqual(left.data, right.data);
}

function createValueEqual(left: Data, right: Data): ValueEqual {
  const same = createPresentEqual(left, right);
  if (left.nullCount === 0 && right.nullCount === 0) return same;
  return (leftRow, rightRow) => {
    const isThere = isValid(left, leftRow);
    if (isThere !== isValid(right, rightRow)) return false;
    return !isThere || same(leftRow, rightRow);
  };
}

/** Assumes that both values are there. */
function createPresentEqual(left: Data, right: Data): ValueEqual {
  const { type } = left;
  if (DataType.isStruct(type)) return createChildrenEqual(left, right);
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return createBytesEqual(left, right);
  if (DataType.isList(type) || DataType.isMap(type)) return createListEqual(left, right);
  if (DataType.isBool(type)) {
    return (leftRow, rightRow) => readBit(left, leftRow) === readBit(right, rightRow);
  }
  return createFixedEqual(left, right);
}

function createChildrenEqual(left: Data, right: Data): ValueEqual {
  const children = left.children.map((child, index) => {
    const other = right.children[index];
    if (other === undefined) throw new Error("the compared rows differ in their columns");
    return createValueEqual(child, other);
  });
  return (leftRow, rightRow) => {
    for (const isEqual of children) if (!isEqual(leftRow, rightRow)) return false;
    return true;
  };
}

function createFixedEqual(left: Data, right: Data): ValueEqual {
  const { stride } = left;
  const leftValues: Float64Array = left.values;
  const rightValues: Float64Array = right.values;
  return (leftRow, rightRow) => {
    for (let part = 0; part < stride; part += 1) {
      const value = leftValues[leftRow * stride + part];
      if (!Object.is(value, rightValues[rightRow * stride + part])) return false;
    }
    return true;
  };
}

function createBytesEqual(left: Data, right: Data): ValueEqual {
  const leftBytes: Uint8Array = left.values;
  const rightBytes: Uint8Array = right.values;
  const leftOffsets: Int32Array = left.valueOffsets;
  const rightOffsets: Int32Array = right.valueOffsets;
  return (leftRow, rightRow) => {
    const leftStart = leftOffsets[leftRow] ?? 0;
    const rightStart = rightOffsets[rightRow] ?? 0;
    const length = (leftOffsets[leftRow + 1] ?? 0) - leftStart;
    if (length !== (rightOffsets[rightRow + 1] ?? 0) - rightStart) return false;
    for (let index = 0; index < length; index += 1) {
      if (leftBytes[leftStart + index] !== rightBytes[rightStart + index]) return false;
    }
    return true;
  };
}

function createListEqual(left: Data, right: Data): ValueEqual {
  const leftOffsets: Int32Array = left.valueOffsets;
  const rightOffsets: Int32Array = right.valueOffsets;
  const [leftChild] = left.children;
  const [rightChild] = right.children;
  if (leftChild === undefined || rightChild === undefined) {
    throw new Error("a list column has no values");
  }
  const isItemEqual = createValueEqual(leftChild, rightChild);
  return (leftRow, rightRow) => {
    const leftStart = leftOffsets[leftRow] ?? 0;
    const rightStart = rightOffsets[rightRow] ?? 0;
    const length = (leftOffsets[leftRow + 1] ?? 0) - leftStart;
    if (length !== (rightOffsets[rightRow + 1] ?? 0) - rightStart) return false;
    for (let index = 0; index < length; index += 1) {
      if (!isItemEqual(leftStart + index, rightStart + index)) return false;
    }
    return true;
  };
}

function readBit(data: Data, row: number): number {
  const bits: Uint8Array = data.values;
  const position = data.offset + row;
  return ((bits[position >> 3] ?? 0) >> (position & 7)) & 1;
}
