import type { CatalogFunction } from "./fact-function.ts";
import { datetimeOf, lsnMinOf, lsnOf, movedLsn, versionOfLsn } from "./history.ts";
import { bigintType, datetimeType, makeType } from "./type.ts";
import { bytesOf, type Value } from "./value.ts";

const lsnType = makeType("binary", { length: 10 });

/** Functions with arguments that tell of Change Tracking and CDC. */
export const historyFunctions: Readonly<Record<string, CatalogFunction>> = {
  CHANGE_TRACKING_MIN_VALID_VERSION: {
    type: bigintType,
    call: ({ history, objectById }, [id]) => {
      const object = typeof id === "number" ? objectById(id) : undefined;
      if (history === undefined || object === undefined) return null;
      return history.log.isTracked(`${object.schema}.${object.name}`)
        ? BigInt(history.log.versionMin)
        : null;
    },
  },
  FN_CDC_GET_MIN_LSN: {
    type: lsnType,
    call: ({ history }, [name]) => {
      const instance = history?.log.instances.find((one) => one.name === name);
      if (history === undefined || instance === undefined) return Buffer.alloc(10);
      return lsnMinOf(history.log, instance);
    },
  },
  FN_CDC_INCREMENT_LSN: { type: lsnType, call: (_facts, [lsn]) => moved(lsn, 1n) },
  FN_CDC_DECREMENT_LSN: { type: lsnType, call: (_facts, [lsn]) => moved(lsn, -1n) },
  FN_CDC_MAP_LSN_TO_TIME: {
    type: datetimeType,
    call: ({ history }, [lsn]) => {
      if (lsn === null || lsn === undefined) return null;
      const version = versionOfLsn(bytesOf(lsn));
      const isCommit = Buffer.compare(lsnOf(version), bytesOf(lsn)) === 0;
      const committedAt = isCommit ? history?.log.committedAt(version) : undefined;
      return committedAt === undefined ? null : datetimeOf(committedAt);
    },
  },
};

function moved(lsn: Value | undefined, by: bigint): Value {
  return lsn === null || lsn === undefined ? null : movedLsn(bytesOf(lsn), by);
}
