import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ChangingDatabase } from "adventureworks/sqlserver";
import { type ChangingServer, startChangingServer } from "./testing/changing-server.ts";
import { loadDelta } from "./testing/delta-text.ts";
import { lastState, runTap } from "./testing/run-tap.ts";

/** A type's values as T-SQL writes them, each with the JSON text of its RECORD and the value in Delta. */
interface Golden {
  readonly name: string;
  readonly type: string;
  readonly values: readonly {
    readonly sql: string | null;
    readonly record: string;
    readonly delta: string;
  }[];
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
const ZONES = ["UTC", "America/New_York", "Asia/Kolkata"] as const;
const METHODS = {
  FULL_TABLE: {},
  INCREMENTAL: { default_replication_method: "INCREMENTAL", default_replication_keys: ["ID"] },
  "Change Tracking": { default_replication_method: "LOG_BASED", log_based: "change_tracking" },
  CDC: { default_replication_method: "LOG_BASED", log_based: "cdc" },
} as const;
const methods = Object.entries(METHODS);
let server: ChangingServer;
/** What each method wrote, zone by zone; the process's zone must change nothing. */
const outputs: Record<string, string[]> = {};
const tables: Record<string, Readonly<Record<string, readonly string[]>>> = {};

beforeAll(async () => {
  server = await startChangingServer(database);
  const states: Record<string, unknown> = {};
  for (const [method, settings] of methods.slice(2))
    states[method] = lastState(await runTap({ config: server.config(settings) }));
  for (const { name, values } of goldens)
    database.commit(
      ...values.map(({ sql }, id) => ({ update: `dbo.${name}`, key: [id], set: { V: sql } })),
    );
  for (const [method, settings] of methods) {
    const runs = await Promise.all(
      ZONES.map((TZ) =>
        runTap({
          config: server.config(settings),
          environment: { TZ },
          ...(method in states && { state: states[method] }),
        }),
      ),
    );
    outputs[method] = runs.map(({ stdout }) => stdout);
    const [messages = ""] = outputs[method];
    const names = goldens.map(({ name }) => `dbo/${name}`);
    tables[method] = await loadDelta({ messages, tables: names, column: "V" });
  }
}, 240_000);
afterAll(async () => {
  await server.close();
});

/** The JSON texts of a stream's values, by ID, digits as they are. */
function textsOf(stdout: string | undefined, stream: string): readonly string[] {
  const start = `{"type":"RECORD","stream":"${stream}","record":{"ID":`;
  return (stdout ?? "")
    .split("\n")
    .filter((line) => line.startsWith(start))
    .map((line) =>
      /"V":(.*?)(?:,"_sdc_deleted_at":null)?\}(?:,"version":\d+)?,"time_extracted"/.exec(line),
    )
    .map((match) => match?.[1] ?? "");
}

const cases = goldens.flatMap((golden) => methods.map(([method]) => ({ ...golden, method })));

test.each(cases)("E1 E5: $type by $method in three zones", ({ name, values, method }) => {
  const texts = outputs[method]?.map((stdout) => textsOf(stdout, `dbo-${name}`));

  const expected = values.map(({ record }) => record);
  expect(texts).toEqual(ZONES.map(() => expected));
});

test.each(cases)("E1: $type in Delta by $method", ({ name, values, method }) => {
  expect(tables[method]?.[`dbo/${name}`]).toEqual(values.map(({ delta }) => delta));
});
