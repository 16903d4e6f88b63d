import { expect, test } from "@jest/globals";
import type { AddFile } from "./action.ts";
import { readDataFile } from "./data-read.ts";
import type { DeltaType, StructType } from "./schema.ts";
import { MemoryStore } from "./store/memory.ts";
import { batchRows, type Row, schemaOf } from "./table-fixture.test.support.ts";

/** Written by Arrow C++ with `use_deprecated_int96_timestamps`: six rows of `id` INT64 and `t` INT96. */
const INT96_FILE = Buffer.from(
  "UEFSMRUEFWAVREwVDBUAEgAAMAAADQEAAQ0IAAINCAADDQg8BAAAAAAAAAAFAAAAAAAAABUAFRYVGiwVDBUQFQYVBh" +
    "wAAAALKAIAAAAMAQMDiMYCFQQVeBVoTBUKFQASAAA8AAANAThSRBoAGPxOkZROAAAOFSMVDGyLPSUAACpZUzIpAADS" +
    "iiUAGPxOkZROAAAs/lEAFQAVFhUaLBUMFRAVBhUGHAAAAAsoAgAAAAM3AwOIRgAVBBk8NQAYBnNjaGVtYRUEABUEJQ" +
    "IYAmlkABUGJQIYAXQAFgwZHBksJgAcFQQZNQAGEBkYAmlkFQIWDBa4ARagASZoJggpLBUEFQAVAgAVABUQFQIAPCkG" +
    "GSYADAAAACYAHBUGGTUABhAZGAF0FQIWDBbQARbEASasAiaoASksFQQVABUCABUAFRAVAgA8KQYZJgIKAAAAFogDFg" +
    "wmCBbkAgAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGSwcAAAcAAAAzQAAAFBBUjE=",
  "base64",
);

async function readRows(schema: StructType): Promise<Row[]> {
  const store = new MemoryStore();
  await store.put("int96.parquet", INT96_FILE);
  const add: AddFile = {
    path: "int96.parquet",
    partitionValues: {},
    size: INT96_FILE.length,
    modificationTime: 0,
    dataChange: true,
  };
  const rows: Row[] = [];
  for await (const batch of readDataFile(store, add, { schema, partitionColumns: [] })) {
    rows.push(...batchRows(batch));
  }
  return rows;
}

test("bug 21: INT96 timestamps are exact to the microsecond from year 1 to year 9999", async () => {
  const rows = await readRows(schemaOf({ t: "timestamp", id: "long" }));

  expect(rows).toEqual([
    { id: 0, t: -62_135_596_800_000_000n },
    { id: 1, t: -12_220_156_800_000_001n },
    { id: 2, t: -1 },
    { id: 3, t: null },
    { id: 4, t: 1_709_210_096_123_456 },
    { id: 5, t: 253_402_300_799_999_999n },
  ]);
});

test.each<DeltaType>(["timestamp_ntz", "long"])(
  "INT96 under a column of %s is refused",
  async (type) => {
    await expect(readRows(schemaOf({ t: type }))).rejects.toMatchObject({
      code: "E_SCHEMA_MISMATCH",
    });
  },
);
