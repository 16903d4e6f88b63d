import { expect, test } from "@jest/globals";
import type { Action } from "./action.ts";
import { checkConflict, type IsolationLevel, type TransactionScope } from "./conflict.ts";

const none: TransactionScope = {
  isolationLevel: "Serializable",
  reads: { type: "none" },
  readFiles: new Set(),
  removedFiles: new Set(),
  appIds: new Set(),
  domains: new Set(),
  changesMetadata: false,
  changesProtocol: false,
};

const ours: Readonly<Record<string, TransactionScope>> = {
  append: none,
  "append for app a": { ...none, appIds: new Set(["a"]) },
  "append with new columns": { ...none, changesMetadata: true },
  overwrite: { ...none, reads: { type: "all" }, removedFiles: new Set(["f1", "f2"]) },
  "merge of file f1": {
    ...none,
    reads: { type: "all" },
    readFiles: new Set(["f1"]),
    removedFiles: new Set(["f1"]),
  },
  "merge in partition p=1": {
    ...none,
    reads: { type: "partitions", matches: ({ p }) => p === "1" },
    readFiles: new Set(["f1"]),
    removedFiles: new Set(["f1"]),
  },
  "compaction of f1": {
    ...none,
    isolationLevel: "SnapshotIsolation",
    removedFiles: new Set(["f1"]),
  },
};

function add(p: string, isBlindAppend: boolean): Action[] {
  const file = {
    path: "new",
    partitionValues: { p },
    size: 1,
    modificationTime: 0,
    dataChange: true,
  };
  return [
    { type: "commitInfo", commitInfo: { isBlindAppend } },
    { type: "add", add: file },
  ];
}

const theirs: Readonly<Record<string, readonly Action[]>> = {
  append: add("1", true),
  "append to p=2": add("2", true),
  "insert that read": add("1", false),
  "removal of f1": [{ type: "remove", remove: { path: "f1", dataChange: true } }],
  "removal of f9": [{ type: "remove", remove: { path: "f9", dataChange: true } }],
  metadata: [
    {
      type: "metaData",
      metaData: {
        id: "i",
        format: { provider: "parquet", options: {} },
        schemaString: "",
        partitionColumns: [],
        configuration: {},
      },
    },
  ],
  protocol: [{ type: "protocol", protocol: { minReaderVersion: 1, minWriterVersion: 2 } }],
  "txn of app a": [{ type: "txn", txn: { appId: "a", version: 1 } }],
};

const winners = Object.keys(theirs);

/** One row an operation of ours, one column a winner, in the order of `theirs`: A append, R delete/read, D delete/delete. */
const serializable: Readonly<Record<string, string>> = {
  append: "- - - - - M P -",
  "append for app a": "- - - - - M P T",
  "append with new columns": "A A A - - M P -",
  overwrite: "A A A D R M P -",
  "merge of file f1": "A A A D R M P -",
  "merge in partition p=1": "A - A D - M P -",
  "compaction of f1": "- - - D - M P -",
};

const writeSerializable: Readonly<Record<string, string>> = {
  append: "- - - - - M P -",
  "append for app a": "- - - - - M P T",
  "append with new columns": "A A A - - M P -",
  overwrite: "- - A D R M P -",
  "merge of file f1": "- - A D R M P -",
  "merge in partition p=1": "- - A D - M P -",
};

const snapshotIsolation: Readonly<Record<string, string>> = {
  overwrite: "- - - D R M P -",
  "merge of file f1": "- - - D R M P -",
  "compaction of f1": "- - - D - M P -",
};

const letters: Readonly<Record<string, string>> = {
  ConcurrentAppend: "A",
  ConcurrentDeleteRead: "R",
  ConcurrentDeleteDelete: "D",
  MetadataChanged: "M",
  ProtocolChanged: "P",
  ConcurrentTransaction: "T",
};

test.each([
  ...Object.entries(serializable).map((row) => ["Serializable", ...row] as const),
  ...Object.entries(writeSerializable).map((row) => ["WriteSerializable", ...row] as const),
  ...Object.entries(snapshotIsolation).map((row) => ["SnapshotIsolation", ...row] as const),
])(
  "under %s, %s against every kind of winner gives %s",
  (level: IsolationLevel, name, expected) => {
    const scope = { ...none, ...ours[name], isolationLevel: level };

    const found = winners.map((winner) => {
      const conflict = checkConflict(scope, theirs[winner] ?? []);
      return conflict === undefined ? "-" : letters[conflict.name];
    });

    expect(found.join(" ")).toBe(expected);
  },
);
