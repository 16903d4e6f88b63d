import { type JsonSchema, type JsonValue, type RunContext, UserError } from "singer-sdk-ts";
import { openConnection } from "./connection.ts";
import { inferSchema } from "./infer-schema.ts";
import { openSlice } from "./open-slice.ts";
import type { Config } from "./settings.ts";
import { formatEdge } from "./slice.ts";
import type { RestStream } from "./stream.ts";
import type { ReadText } from "./stream-schema.ts";

/** Infers the schema of a stream from its first records; throws E_SCHEMA_FILE when it has none, or when it needs a parent. */
export async function sampleSchema(
  stream: RestStream,
  context: RunContext<Config>,
  readText: ReadText,
): Promise<JsonSchema> {
  const hint = "set its `schema` to a JSON Schema or to the path of a file";
  if (stream.parent !== undefined) {
    throw new UserError("E_SCHEMA_FILE", `stream ${stream.name} has a parent and no schema`, {
      hint,
    });
  }
  const connection = await openConnection(context, readText);
  try {
    const records = await sampleRecords(stream, context, connection);
    if (records.length === 0)
      throw new UserError(
        "E_SCHEMA_FILE",
        `stream ${stream.name} has no schema, and no records to infer it from`,
        { hint },
      );
    context.log.info("schema_inferred", { stream: stream.name, records: records.length });
    return inferSchema(records, stream.primaryKeys);
  } finally {
    await connection.client.close();
  }
}

async function sampleRecords(
  stream: RestStream,
  { config, log, signal }: RunContext<Config>,
  connection: Awaited<ReturnType<typeof openConnection>>,
): Promise<readonly JsonValue[]> {
  const partition = (stream.partitions[0] ?? {}) as Readonly<Record<string, JsonValue>>;
  const slice = {
    partition,
    parent: {},
    start: formatEdge(stream.startDate, stream),
    end: undefined,
  };
  const pagination = { ...stream.pagination, max_records: stream.inferenceRecords };
  const run = { ...connection, config, log, signal };
  const records: JsonValue[] = [];
  for await (const [{ page }] of openSlice({ stream, entry: undefined }, slice, pagination, run)) {
    for (
      let index = 0;
      index < page.recordCount && records.length < stream.inferenceRecords;
      index++
    )
      records.push(page.value(index));
  }
  return records;
}
