export type {
  AddFile,
  AppTransaction,
  CommitInfo,
  DeletionVectorDescriptor,
  Metadata,
  PartitionValues,
  Protocol,
  RemoveFile,
} from "./action.ts";
export { buildBatch } from "./arrow/build.ts";
export { takeRows } from "./arrow/take.ts";
export { arrowToDelta, arrowType, deltaToArrow } from "./arrow/type.ts";
export { mapColumns } from "./column-mapping.ts";
export { type DataFileOptions, DataFileWriter } from "./data-file.ts";
export { EncodeWorker } from "./encode-worker/encode-worker.ts";
export { type ConflictName, DeltaError, type DeltaErrorCode } from "./error.ts";
export {
  type AlterOptions,
  type ColumnPath,
  dropColumn,
  renameColumn,
  setProperties,
} from "./operation/alter.ts";
export { append } from "./operation/append.ts";
export { type CheckOptions, type CheckResult, check } from "./operation/check.ts";
export { type CheckpointOptions, checkpoint } from "./operation/checkpoint.ts";
export { type CleanLogOptions, type CleanLogResult, cleanLog } from "./operation/clean-log.ts";
export { type MergeOptions, merge } from "./operation/merge.ts";
export type { MergeCounts } from "./operation/merge-rewrite.ts";
export { type OptimizeOptions, type OptimizeResult, optimize } from "./operation/optimize.ts";
export type { CommitOptions, CreateOptions, WriteOptions } from "./operation/options.ts";
export { type OverwriteOptions, overwrite, type PartitionChoice } from "./operation/overwrite.ts";
export { type RewriteOptions, type RewritePlan, rewrite } from "./operation/rewrite.ts";
export { type VacuumOptions, type VacuumResult, vacuum } from "./operation/vacuum.ts";
export type { Comparison, Predicate, PredicateValue } from "./predicate.ts";
export { parsePredicate } from "./predicate-sql.ts";
export { type Runtime, systemRuntime } from "./runtime.ts";
export type { ArrayType, DeltaType, MapType, StructField, StructType } from "./schema.ts";
export { LocalStore } from "./store/local.ts";
export { MemoryStore } from "./store/memory.ts";
export { openStore } from "./store/open.ts";
export { type CatalogCall, UnityCatalogStore } from "./store/unity-catalog.ts";
export type { BlobLike, ObjectMeta, ObjectStore } from "./store.ts";
export { DeltaTable, type FileFilter, type HistoryEntry } from "./table.ts";
