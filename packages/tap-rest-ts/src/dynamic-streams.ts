import { type JsonValue, type RunContext, stringifyJson, UserError } from "singer-sdk-ts";
import { openConnection } from "./connection.ts";
import { openSlice } from "./open-slice.ts";
import { isJsonObject } from "./page.ts";
import type { PageProgress } from "./read-pages.ts";
import type { Config } from "./settings.ts";
import { resolveStreams } from "./stream.ts";
import type { ReadText } from "./stream-schema.ts";

type DynamicStreams = NonNullable<Config["dynamic_streams"]>[number];

/** The configuration with a stream for each item of `dynamic_streams`, which the API is asked for where it lists them. */
export async function withDynamicStreams(
  context: RunContext<Config>,
  readText: ReadText,
): Promise<Config> {
  const { config } = context;
  const streams = [...config.streams];
  for (const [index, dynamic] of (config.dynamic_streams ?? []).entries()) {
    const setting = `dynamic_streams.${index}`;
    const items = dynamic.items ?? (await listedItems(dynamic, setting, context, readText));
    context.log.info("dynamic_streams", { setting, streams: items.length });
    for (const item of items)
      streams.push(fillItem(dynamic.stream, item as JsonValue, `${setting}.stream`));
  }
  return { ...config, streams };
}

/** All records of the API's list. */
async function listedItems(
  { from }: DynamicStreams,
  setting: string,
  context: RunContext<Config>,
  readText: ReadText,
): Promise<readonly JsonValue[]> {
  if (from === undefined) {
    throw new UserError("E_SETTING", `setting \`${setting}\` has neither items nor from`, {
      hint: "set items to a list, or from to the API's own list",
      exitCode: 2,
    });
  }
  const { config, log, signal } = context;
  const list = { ...from, name: setting };
  const [stream] = resolveStreams({ ...config, streams: [list] });
  if (stream === undefined) return [];
  const connection = await openConnection(context, readText);
  try {
    const slice = { partition: {}, parent: {}, start: undefined, end: undefined };
    const run = { ...connection, config, log, signal };
    const items: JsonValue[] = [];
    const pages = openSlice({ stream, entry: undefined }, slice, stream.pagination, run);
    let last: PageProgress | undefined;
    for await (const [{ page }, progress] of pages) {
      last = progress;
      for (let index = 0; index < page.recordCount; index++) items.push(page.value(index));
    }
    // What is missing in the list would be missing streams, and nobody would see it.
    if (last?.doubt !== undefined) throw last.doubt;
    return items;
  } finally {
    await connection.client.close();
  }
}

/** Replaces `{item}` and `{item.NAME}` in all texts of a stream's settings; other templates stay for its requests. */
function fillItem<T>(value: T, item: JsonValue, setting: string): T {
  // The result has the shape of the input: only its texts differ.
  if (typeof value === "string") return fillText(value, item, setting) as T;
  if (Array.isArray(value))
    return value.map((member: unknown) => fillItem(member, item, setting)) as T;
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]: [string, unknown]) => [
    name,
    fillItem(member, item, `${setting}.${name}`),
  ]);
  return Object.fromEntries(members) as T;
}

function fillText(text: string, item: JsonValue, setting: string): string {
  return text.replaceAll(/\{item(?:\.([\w-]+))?\}/gu, (match, name: string | undefined) => {
    const value = name === undefined ? item : isJsonObject(item) ? item[name] : undefined;
    if (value === undefined || value === null || isJsonObject(value)) {
      throw new UserError(
        "E_TEMPLATE",
        `${setting} names ${match}, which an item has no value for`,
        {
          hint: "an item that is an object gives {item.NAME}, one that is a text gives {item}",
        },
      );
    }
    return typeof value === "string" ? value : stringifyJson(value);
  });
}
