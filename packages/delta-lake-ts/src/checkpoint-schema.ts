import {
  Bool,
  type DataType,
  Field,
  Int32,
  Int64,
  List,
  Map_,
  Schema,
  Struct,
  Utf8,
} from "apache-arrow";

const texts = new List(new Field("element", new Utf8(), true));
const textMap = new Map_(
  new Field(
    "key_value",
    new Struct<{ key: Utf8; value: Utf8 }>([
      new Field("key", new Utf8(), false),
      new Field("value", new Utf8(), true),
    ]),
    false,
  ),
);
const deletionVector = struct({
  storageType: new Utf8(),
  pathOrInlineDv: new Utf8(),
  offset: new Int32(),
  sizeInBytes: new Int32(),
  cardinality: new Int64(),
});

/** Every field may be null at every level, whatever the table's schema says (delta.md §1.11). */
export const CHECKPOINT_SCHEMA = new Schema(
  struct({
    protocol: struct({
      minReaderVersion: new Int32(),
      minWriterVersion: new Int32(),
      readerFeatures: texts,
      writerFeatures: texts,
    }),
    metaData: struct({
      id: new Utf8(),
      name: new Utf8(),
      description: new Utf8(),
      format: struct({ provider: new Utf8(), options: textMap }),
      schemaString: new Utf8(),
      partitionColumns: texts,
      configuration: textMap,
      createdTime: new Int64(),
    }),
    txn: struct({ appId: new Utf8(), version: new Int64(), lastUpdated: new Int64() }),
    domainMetadata: struct({ domain: new Utf8(), configuration: new Utf8(), removed: new Bool() }),
    add: struct({
      path: new Utf8(),
      partitionValues: textMap,
      size: new Int64(),
      modificationTime: new Int64(),
      dataChange: new Bool(),
      stats: new Utf8(),
      tags: textMap,
      deletionVector,
      baseRowId: new Int64(),
      defaultRowCommitVersion: new Int64(),
      clusteringProvider: new Utf8(),
    }),
    remove: struct({
      path: new Utf8(),
      deletionTimestamp: new Int64(),
      dataChange: new Bool(),
      extendedFileMetadata: new Bool(),
      partitionValues: textMap,
      size: new Int64(),
      deletionVector,
      baseRowId: new Int64(),
      defaultRowCommitVersion: new Int64(),
    }),
  }).children,
);

function struct(fields: Readonly<Record<string, DataType>>): Struct {
  return new Struct(Object.entries(fields).map(([name, type]) => new Field(name, type, true)));
}
