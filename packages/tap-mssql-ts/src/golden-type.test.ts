import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ChangingDatabase } from "adventureworks/sqlserver";
import { type ChangingServer, startChangingServer } from "./testing/changing-server.ts";
import { lastState, runTap, type TapResult } from "./testing/run-tap.ts";

/** A type's values as T-SQL writes them, each with the JSON text that a RECORD has for it. */
interface Golden {
  readonly name: string;
  readonly type: string;
  readonly values: readonly { readonly sql: string | null; readonly record: string }[];
}

const folder = new URL("./testing/golden/", import.meta.url);
const goldens: readonly Golden[] = readdirSync(folder).map((file) => ({
  name: file.replace(".json", "").replaceAll("-", "_"),
  ...JSON.parse(readFileSync(new URL(file, folder), "utf8")),
}));

const database = new ChangingDatabase({
  name: "Types",
  tables: goldens.map(({ name, type, values }) => ({
    name: `dbo.${name}`,
    columns: { ID: "int not null", V: type },
    primaryKey: ["ID"],
    changeTracking: true,
    rows: values.map(({ sql }, index) => ({ ID: index, V: sql })),
  })),
});
for (const { name } of goldens)
  database.changes.enableCapture({
    name: `dbo_${name}`,
    table: `dbo.${name}`,
    columns: ["ID", "V"],
  });
// CDC knows a last LSN only once something was captured.
database.commit();
let server: ChangingServer;
let runs: Readonly<Record<string, TapResult>>;

// The zone of the process must change nothing.
beforeAll(async () => {
  server = await startChangingServer(database);
  const methods = (method: string) => ({ default_replication_method: method });
  const full = await runTap({ config: server.config(), environment: { TZ: "Asia/Kolkata" } });
  const incremental = await runTap({
    config: server.config({ ...methods("INCREMENTAL"), default_replication_keys: ["ID"] }),
    environment: { TZ: "America/New_York" },
  });
  const logged = (source: string) => server.config({ ...methods("LOG_BASED"), log_based: source });
  const tracked = await runTap({ config: logged("change_tracking") });
  const captured = await runTap({ config: logged("cdc") });
  for (const { name, values } of goldens)
    database.commit(
      ...values.map(({ sql }, id) => ({ update: `dbo.${name}`, key: [id], set: { V: sql } })),
    );
  runs = {
    FULL_TABLE: full,
    INCREMENTAL: incremental,
    "Change Tracking": await runTap({
      config: logged("change_tracking"),
      state: lastState(tracked),
      environment: { TZ: "UTC" },
    }),
    CDC: await runTap({ config: logged("cdc"), state: lastState(captured) }),
  };
}, 30_000);
afterAll(async () => {
  await server.close();
});

/** The JSON texts of a stream's values, by ID, digits as they are. */
function textsOf(result: TapResult | undefined, stream: string): readonly string[] {
  const start = `{"type":"RECORD","stream":"${stream}","record":{"ID":`;
  return (result?.stdout ?? "")
    .split("\n")
    .filter((line) => line.startsWith(start))
    .map((line) =>
      /"V":(.*?)(?:,"_sdc_deleted_at":null)?\}(?:,"version":\d+)?,"time_extracted"/.exec(line),
    )
    .map((match) => match?.[1] ?? "");
}

test.each(
  goldens.flatMap((golden) =>
    ["FULL_TABLE", "INCREMENTAL", "Change Tracking", "CDC"].map((method) => ({
      ...golden,
      method,
    })),
  ),
)("E1 E5: $type by $method", ({ name, values, method }) => {
  const texts = textsOf(runs[method], `dbo-${name}`);

  expect(texts).toEqual(values.map(({ record }) => record));
});
