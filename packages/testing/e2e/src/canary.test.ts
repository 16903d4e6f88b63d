import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { type CanaryRun, formsOf, placesOf, runForTraces } from "./canary-run.ts";
import { repository } from "./project-folder.ts";
import { type Path, planted, secretPaths, settingsOf } from "./secret-settings.ts";

// Some sixty processes are started, on a machine that may be busy.
jest.setTimeout(180_000);

/** A password that looks different in JSON, in a URL and in either base64. */
const password = 'Qz7/c4nary+"p&ss wörd';

interface Sources {
  readonly mssql: { readonly password: string };
  readonly api: { readonly url: string; readonly user: string; readonly password: string };
}

let samples: ChildProcess;
let sources: Sources;

beforeAll(async () => {
  const program = join(repository, "packages/testing/adventureworks/dist/serve.js");
  const args = [program, "--scale", "0.01", "--password", password];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  samples = child;
  for await (const line of createInterface({ input: child.stdout })) {
    sources = JSON.parse(line);
    return;
  }
});

afterAll(() => void samples.kill());

const messages = [
  '{"type":"SCHEMA","stream":"s","schema":{"properties":{"text":{"type":"string"}}},"key_properties":[]}',
  `{"type":"RECORD","stream":"s","record":{"text":"harmless"}}`,
  '{"type":"STATE","value":{"bookmarks":{}}}',
  "",
].join("\n");

/** A run of each plugin that ends well, with its real secrets. */
function goodRuns(): readonly CanaryRun[] {
  const { mssql, api } = sources;
  const { user: username } = api;
  const stream = { name: "SalesOrderHeader", path: "/SalesOrderHeader", records_path: "$.data[*]" };
  return [
    {
      plugin: "tap-mssql-ts",
      config: { ...mssql, trust_server_certificate: true, filter_tables: ["Sales.*"] },
    },
    {
      plugin: "tap-rest-ts",
      config: {
        api_url: api.url,
        auth_method: "basic",
        username,
        password,
        streams: [{ ...stream, primary_keys: ["SalesOrderID"] }],
      },
    },
    {
      plugin: "target-delta-ts",
      config: { path: "tables" },
      args: ["--state-out", "state.json"],
      input: messages,
    },
  ];
}

const plugins = ["tap-mssql-ts", "tap-rest-ts", "target-delta-ts"];
const canaryOf = (path: Path): string => `Qz7/canary+of "${path.join("&")}" wörd`;

describe("the search finds a secret that is leaked on purpose", () => {
  const leaks = [
    ["stdout", (form: string) => `process.stdout.write(${JSON.stringify(form)});`],
    ["stderr", (form: string) => `process.stderr.write(${JSON.stringify(form)});`],
    [
      "state.json",
      (form: string) =>
        `process.on("exit", () => fs.appendFileSync("state.json", ${JSON.stringify(form)}));`,
    ],
    [
      "left-behind.tmp",
      (form: string) =>
        `fs.writeFileSync(os.tmpdir() + "/left-behind.tmp", ${JSON.stringify(form)});`,
    ],
  ] as const;

  test.each(leaks)("in %s, in each of its forms", async (place, leak) => {
    const [, , target] = goodRuns();
    if (target === undefined) throw new Error("there is no run of the target");
    const imports = 'import fs from "node:fs"; import os from "node:os";';

    // Every form by itself: one that was not searched for would be missed here.
    const forms = [
      password,
      encodeURIComponent(password),
      Buffer.from(`x:${password}!`).toString("base64"),
      Buffer.from(`xy${password}`).toString("base64url"),
    ];
    const found = await Promise.all(
      forms.map(async (form) =>
        placesOf(password, await runForTraces({ ...target, preload: imports + leak(form) })),
      ),
    );

    expect(found).toEqual(forms.map(() => [place]));
  });

  test("in a table, whose bytes are compressed", async () => {
    const traces = await runForTraces({
      plugin: "target-delta-ts",
      config: { path: "tables", compression: "zstd" },
      input: messages.replace("harmless", JSON.stringify(password).slice(1, -1)),
    });

    expect(traces.code).toBe(0);
    expect(await placesOf(password, traces)).toContain("table");
  });

  test("in the output of a crash that is not ours to redact", async () => {
    const [, , target] = goodRuns();
    if (target === undefined) throw new Error("there is no run of the target");
    const preload = `throw new Error(${JSON.stringify(password)});`;

    expect(await placesOf(password, await runForTraces({ ...target, preload }))).toEqual([
      "stderr",
    ]);
  });
});

describe.each(plugins)("%s shows no secret", (plugin) => {
  const runOf = (): CanaryRun => {
    const run = goodRuns().find((one) => one.plugin === plugin);
    if (run === undefined) throw new Error(`there is no run of ${plugin}`);
    return run;
  };

  test("P11: in a run that ends well, with every other secret in its configuration", async () => {
    const run = runOf();
    // Those that the run does not use may be wrong, as long as they do not take part in it.
    const unused = plugin === "target-delta-ts" ? secretPaths(await settingsOf(plugin)) : [];
    const config = unused.reduce<unknown>(
      (all, path) => planted(all, path, canaryOf(path)),
      run.config,
    );

    const traces = await runForTraces({ ...run, config: config as object });

    expect({ code: traces.code, stderr: traces.stderr }).toMatchObject({ code: 0 });
    expect(await placesOf(password, traces)).toEqual([]);
    for (const path of unused) expect(await placesOf(canaryOf(path), traces)).toEqual([]);
  });

  test("P11: in runs with each secret wrong, alone and together, by every way to authenticate", async () => {
    const settings = await settingsOf(plugin);
    const paths = secretPaths(settings);
    const run = runOf();
    const all = paths.reduce<unknown>(
      (one, path) => planted(one, path, canaryOf(path)),
      run.config,
    );
    const ways = ["auth_method", "authentication"].flatMap((name) =>
      (settings.properties?.[name]?.enum ?? []).map((way) => planted(all, [name], way)),
    );
    const remote = planted(all, ["path"], "databricks:");
    const host = planted(remote, ["databricks", "host"], "https://127.0.0.1:1");
    const configs = [
      all,
      ...ways,
      ...(plugin === "target-delta-ts" ? [host] : []),
      ...paths.map((path) => planted(run.config, path, canaryOf(path))),
    ];

    const args = plugin.startsWith("tap") ? ["--discover"] : (run.args ?? []);
    const found = await Promise.all(
      configs.map(async (config) => {
        const traces = await runForTraces({ ...run, args, config: config as object });
        const places = paths.map(async (path) =>
          (await placesOf(canaryOf(path), traces)).map((place) => `${path.join(".")} in ${place}`),
        );
        return (await Promise.all(places)).flat();
      }),
    );

    expect(paths.length).toBeGreaterThan(1);
    expect(found.flat()).toEqual([]);
  });

  test("P11: in the output of a crash that names every secret in its forms", async () => {
    const paths = secretPaths(await settingsOf(plugin));
    const run = runOf();
    const config = paths.reduce<unknown>(
      (one, path) => planted(one, path, canaryOf(path)),
      run.config,
    );
    const secrets = paths.flatMap((path) => formsOf(canaryOf(path)).slice(0, 3));
    const error = `new Error(${JSON.stringify(secrets.join(" "))})`;
    // The configuration is read and known to the redaction in one go, then this crashes.
    const preload = `import fs from "node:fs";
      import { syncBuiltinESMExports } from "node:module";
      const read = fs.readFileSync;
      fs.readFileSync = (path, ...rest) => {
        if (String(path).endsWith("/config.json")) queueMicrotask(() => { throw ${error}; });
        return read(path, ...rest);
      };
      syncBuiltinESMExports();`;

    const traces = await runForTraces({ ...run, config: config as object, preload });

    expect(traces.code).not.toBe(0);
    expect(traces.stderr).toContain("***");
    for (const path of paths) expect(await placesOf(canaryOf(path), traces)).toEqual([]);
  });
});
