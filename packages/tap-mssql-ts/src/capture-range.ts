/** A capture instance with what its change table holds; LSNs as `0x` and 20 upper-case digits. */
export interface CaptureInstance {
  readonly name: string;
  readonly lsnMin: string;
  readonly columns: readonly string[];
  /** Whether it can tell each row's last change only. */
  readonly hasNetChanges?: boolean;
}

/** What to read of one instance, both ends included. */
export interface CaptureRange {
  readonly instance: CaptureInstance;
  readonly from: string;
  readonly to: string;
}

/**
 * Spreads the changes from `from` to `to` over a table's instances, which are at most two: the
 * newer takes over where it begins. Undefined when the first changes are no longer there.
 */
export function captureRanges(
  instances: readonly CaptureInstance[],
  range: { readonly from: string; readonly to: string },
): readonly CaptureRange[] | undefined {
  const { from, to } = range;
  if (from > to) return [];
  const sorted = instances.toSorted((left, right) => (left.lsnMin < right.lsnMin ? -1 : 1));
  const first = sorted.findLastIndex(({ lsnMin }) => lsnMin <= from);
  if (first === -1) return undefined;
  return sorted
    .slice(first)
    .map((instance, index, used): CaptureRange => {
      const next = used[index + 1];
      const last = next === undefined ? to : movedLsn(next.lsnMin, -1n);
      return {
        instance,
        from: index === 0 ? from : instance.lsnMin,
        to: last < to ? last : to,
      };
    })
    .filter((one) => one.from <= one.to);
}

/** An LSN so many steps further. */
export function movedLsn(lsn: string, by: bigint): string {
  return `0x${(BigInt(lsn) + by).toString(16).padStart(20, "0").toUpperCase()}`;
}
