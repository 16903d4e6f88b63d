import type { Log } from "singer-sdk-ts";
import type { BatchLedger } from "./batch-ledger.ts";
import type { StagingArea } from "./staging-area.ts";
import type { VersionLedger } from "./version-ledger.ts";
import type { Warehouse } from "./warehouse.ts";
import type { WarehouseTable } from "./warehouse-table.ts";

/** What every load of one stream into the warehouse works with. */
export interface WarehouseContext {
  readonly stream: string;
  readonly table: WarehouseTable;
  readonly warehouse: Warehouse;
  readonly staging: StagingArea;
  readonly ledger: BatchLedger;
  readonly versions: VersionLedger;
  readonly isKeepingFiles: boolean;
  readonly log: Log;
}
