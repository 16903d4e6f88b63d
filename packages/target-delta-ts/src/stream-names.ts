/**
 * Of the settings under `streams` those whose stream did not come while one of nearly its name did: another case, a dot
 * for the dash, or the table's name alone. Each with the stream that came.
 */
export function misnamedStreams(
  settings: Iterable<string>,
  streams: Iterable<string>,
): ReadonlyMap<string, string> {
  const seen = [...streams];
  const pairs = Array.from(settings, (name): [string, string | undefined] => {
    const wanted = plain(name);
    if (seen.includes(name)) return [name, undefined];
    return [
      name,
      seen.find((stream) => plain(stream) === wanted || plain(stream).endsWith(`-${wanted}`)),
    ];
  });
  return new Map(pairs.flatMap(([name, stream]) => (stream === undefined ? [] : [[name, stream]])));
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(".", "-");
}
