import { type Catalog, type CatalogStream, isSelected, UserError } from "singer-sdk-ts";
import { streamId } from "./discover.ts";
import type { RestStream } from "./stream.ts";

/** A stream with the streams that depend on its records. */
export interface StreamNode {
  readonly stream: RestStream;
  /** Absent when the stream is only read for its children. */
  readonly entry: CatalogStream | undefined;
  readonly children: readonly StreamNode[];
}

/** The selected streams and the parents that they need, as trees; throws E_CATALOG for a selected stream that is not configured. */
export function streamTrees(
  streams: readonly RestStream[],
  catalog: Catalog,
): readonly StreamNode[] {
  const selected = new Map<string, CatalogStream>();
  for (const entry of catalog.streams)
    if (isSelected(entry, [])) selected.set(entry.tap_stream_id, entry);
  const known = new Set(streams.map(({ name }) => streamId(name)));
  for (const id of selected.keys()) {
    if (known.has(id)) continue;
    const message = `the catalog selects stream ${id}, which \`streams\` does not declare`;
    throw new UserError("E_CATALOG", message, { hint: "run --discover again" });
  }
  const childrenOf = (parent: string | undefined): StreamNode[] =>
    streams
      .filter((stream) => stream.parent?.stream === parent)
      .flatMap((stream) => {
        const entry = selected.get(streamId(stream.name));
        const children = childrenOf(stream.name);
        return entry === undefined && children.length === 0 ? [] : [{ stream, entry, children }];
      });
  return childrenOf(undefined);
}
