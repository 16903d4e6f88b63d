/** A sequence whose first item is already on its way. */
export interface Opened<K, T> {
  readonly key: K;
  readonly items: () => AsyncGenerator<T>;
}

/**
 * Opens one async sequence per key, in order, with at most `countMax` of them started: the first items of the next ones
 * are fetched while the consumer works on this one. `keys` is read lazily, so it may be long.
 */
export async function* openAhead<K, T>(
  keys: Iterable<K>,
  countMax: number,
  open: (key: K) => AsyncGenerator<T>,
): AsyncGenerator<Opened<K, T>> {
  const waiting: { readonly opened: Opened<K, T>; readonly sequence: AsyncGenerator<T> }[] = [];
  const iterator = keys[Symbol.iterator]();
  const fill = (): void => {
    while (waiting.length < countMax) {
      const { done, value: key } = iterator.next();
      if (done === true) return;
      const sequence = open(key);
      const first = sequence.next();
      // The first item is awaited when its turn comes; until then a failure must not count as unhandled.
      first.catch(() => undefined);
      waiting.push({ sequence, opened: { key, items: () => withFirst(first, sequence) } });
    }
  };
  try {
    for (fill(); waiting.length > 0; fill()) {
      const next = waiting.shift();
      if (next !== undefined) yield next.opened;
    }
  } finally {
    await Promise.allSettled(waiting.map(({ sequence }) => sequence.return(undefined)));
  }
}

async function* withFirst<T>(
  first: Promise<IteratorResult<T>>,
  sequence: AsyncGenerator<T>,
): AsyncGenerator<T> {
  try {
    for (let result = await first; result.done !== true; result = await sequence.next())
      yield result.value;
  } finally {
    await sequence.return(undefined);
  }
}
