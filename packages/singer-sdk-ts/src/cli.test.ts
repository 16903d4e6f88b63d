import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { runPlugin } from "./testing/run-plugin.ts";

const tap = "greetings-tap.ts";
const target = "counting-target.ts";
const token = "s3cr3t/t0ken+";
const env = { TAP_GREETINGS_TOKEN: token };
const folder = mkdtempSync(join(tmpdir(), "singer-cli-"));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const state =
  '{"bookmarks":{"greetings":{"replication_key_value":3}},"singer_sdk_ts":{"streams":{"greetings":{"rows":3}}}}';

describe("a tap", () => {
  test("without a catalog syncs what it discovers", async () => {
    const { code, stdout } = await runPlugin(tap, { env });

    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n").slice(1)).toEqual([
      '{"type":"RECORD","stream":"greetings","record":{"id":1,"text":"hello"}}',
      '{"type":"RECORD","stream":"greetings","record":{"id":2,"text":"hello"}}',
      '{"type":"RECORD","stream":"greetings","record":{"id":3,"text":"hello"}}',
      `{"type":"STATE","value":${state}}`,
    ]);
  });

  test("P6: --discover prints a catalog and nothing else", async () => {
    const { code, stdout } = await runPlugin(tap, { env, args: ["--discover"] });

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ streams: [{ tap_stream_id: "greetings" }] });
  });

  test.each([
    ["--test", 1],
    ["--test=schema", 0],
  ])("P7: %s writes %i records", async (flag, count) => {
    const { stdout } = await runPlugin(tap, { env, args: [flag] });

    expect(stdout.match(/"RECORD"/g) ?? []).toHaveLength(count);
  });

  test.each(["--catalog", "--properties", "-p"])("P4, P5: reads %s and --state", async (flag) => {
    const schema = { properties: { a: {} } };
    const catalog = file("catalog.json", { streams: [{ tap_stream_id: "mine", schema }] });
    const old = file("state.json", { bookmarks: { other: { version: 1 } } });

    const { stdout } = await runPlugin(tap, {
      env,
      args: [flag, catalog, `--state=${old}`, "--test=schema"],
    });

    expect(stdout).toContain('"stream":"mine","schema":{"properties":{"a":{}}}');
    expect(stdout).toContain('{"other":{"version":1},"mine":{"replication_key_value":0}}');
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("P20: on %s writes its last state and exits %i", async (name, code) => {
    const result = await runPlugin(tap, {
      env: { ...env, TAP_GREETINGS_WAIT: "true" },
      signal: { name, after: '"STATE"' },
    });

    expect(result.code).toBe(code);
    expect(result.stdout.trimEnd().split("\n").slice(-2)).toEqual([
      `{"type":"STATE","value":${state}}`,
      `{"type":"STATE","value":${state}}`,
    ]);
  });

  test("P21: ends quietly with exit code 0 when nobody reads", async () => {
    const result = await runPlugin(tap, {
      env: { ...env, TAP_GREETINGS_ROWS: "100000", TAP_GREETINGS_LOGLEVEL: "error" },
      isUnread: true,
    });

    expect(result).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe("settings", () => {
  test("P1, P10: every problem is told at once, with exit code 2 and without a value", async () => {
    const config = file("wrong.json", { token, rows: -1, tokn: token, fail: token });

    const { code, stderr } = await runPlugin(tap, { args: ["--config", config] });

    expect(code).toBe(2);
    expect(stderr).toContain("setting `tokn` is unknown, did you mean `token`?");
    expect(stderr).toContain("setting `rows` must be >= 0");
    expect(stderr).toContain("setting `fail` must be one of user, bug, late, never");
    expect(stderr).toContain("(E_SETTING)");
    expect(stderr).not.toContain(token);
    expect(stderr).not.toContain("    at ");
  });

  test("P2, P3: several files, .env and the environment: the later wins", async () => {
    writeFileSync(
      join(folder, ".env"),
      "TAP_GREETINGS_ROWS=1\nTAP_GREETINGS_TOKEN=from-env-file\n",
    );
    const args = ["--config", file("c.json", { rows: 9 }), "--config=ENV"];

    const { stdout } = await runPlugin(tap, { args, cwd: folder });

    expect(stdout.match(/"RECORD"/g)).toHaveLength(1);
  });

  test.each([
    ["an unknown flag", ["--catalogue", "x"]],
    ["a missing config file", ["--config", join(folder, "none.json")]],
    ["a missing catalog", ["--catalog", join(folder, "none.json")]],
    ["an unknown mode of --test", ["--test=all"]],
  ])("P30: %s is exit code 2", async (_name, args) => {
    const { code, stderr, stdout } = await runPlugin(tap, { env, args });

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("(E_USAGE)");
  });
});

describe("what a secret is part of", () => {
  test.each(["never", "bug", "late"])("P11: a run that fails %s does not show it", async (fail) => {
    const { code, stderr } = await runPlugin(tap, {
      env: { ...env, TAP_GREETINGS_FAIL: fail, LOGLEVEL: "debug" },
    });

    expect(code).toBe(fail === "never" ? 0 : 1);
    for (const form of [token, encodeURIComponent(token), btoa(token).replace(/=+$/, "")])
      expect(stderr).not.toContain(form);
    expect(stderr).not.toContain(token.slice(0, 8));
    expect(stderr).not.toContain(btoa(`me:${token}`).slice(4, 16));
  });
});

describe("logs", () => {
  test("P18, P19: are the Meltano SDK's JSON lines when Meltano asks", async () => {
    const { stderr } = await runPlugin(tap, { env: { ...env, SINGER_SDK_LOG_CONFIG: "x.yml" } });

    const lines = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(Object.keys(lines[0])).toEqual(
      expect.arrayContaining([
        "level",
        "pid",
        "logger_name",
        "ts",
        "thread_name",
        "app_name",
        "stream_name",
        "message",
      ]),
    );
    expect(lines.at(-1).metric_info).toMatchObject({ metric: "record_count", value: 3 });
  });

  test("P16, P17: are text with a METRIC line otherwise, and silent at a higher level", async () => {
    const text = await runPlugin(tap, { env });
    const silent = await runPlugin(tap, { env: { ...env, TAP_GREETINGS_LOGLEVEL: "ERROR" } });

    expect(text.stderr).toMatch(
      /INFO METRIC: \{"type":"counter","metric":"record_count","value":3/,
    );
    expect(silent.stderr).toBe("");
  });

  test("tell a mistake of ours in one line, the stack at debug level only", async () => {
    const result = await runPlugin(tap, { env: { ...env, TAP_GREETINGS_FAIL: "bug" } });

    expect(result.stderr).toContain("error: unexpected: no door for *** (E_INTERNAL)\nhint: ");
    expect(result.stderr).not.toContain("    at ");
  });
});

describe("a target", () => {
  const messages = [
    '{"type":"RECORD","stream":"s","record":{}}',
    '{"type":"STATE","value":{"n":1.0}}',
    '{"type":"RECORD","stream":"s","record":{}}',
    '{"type":"state","value":{"n":2.0}}',
    "",
  ].join("\n");

  test("P29: prints states, numbers as they came, and keeps the last one in --state-out", async () => {
    const out = join(mkdtempSync(join(folder, "out-")), "state.json");

    const result = await runPlugin(target, { args: ["--state-out", out], input: messages });

    expect(result).toMatchObject({ code: 0, stdout: '{"n":1.0}\n{"n":2.0}\n' });
    expect(readFileSync(out, "utf8")).toBe('{"n":2.0}\n');
    expect(readdirSync(join(out, ".."))).toEqual(["state.json"]);
  });

  test("P9: reads --input", async () => {
    const input = join(folder, "input.jsonl");
    writeFileSync(input, messages);

    expect(await runPlugin(target, { args: ["--input", input] })).toMatchObject({
      code: 0,
      stdout: '{"n":1.0}\n{"n":2.0}\n',
    });
  });

  test("P21: loads everything even when nobody reads its states", async () => {
    const out = join(mkdtempSync(join(folder, "unread-")), "state.json");

    const args = ["--state-out", out];
    const { code, stderr } = await runPlugin(target, { args, input: messages, isUnread: true });

    expect(code).toBe(0);
    expect(stderr).toContain("end count=2");
    expect(readFileSync(out, "utf8")).toBe('{"n":2.0}\n');
  });

  test.each([
    ["rows that were rejected", { TARGET_COUNTING_REJECTS: "true" }, messages, 3, ""],
    [
      "a failure",
      { TARGET_COUNTING_LIMIT: "1" },
      messages,
      1,
      "error: the limit is reached (E_LIMIT)\nhint: raise it\n",
    ],
    ["a broken line", {}, '{"type":', 1, "(E_MESSAGE)"],
    ["a wrong setting", { TARGET_COUNTING_LIMIT: "ten" }, messages, 2, "(E_SETTING)"],
  ])("P30: %s gives its exit code", async (_name, settings, input, code, text) => {
    const result = await runPlugin(target, { env: settings, input });

    expect(result.code).toBe(code);
    expect(result.stderr).toContain(text);
  });
});

describe("--version, --about and --help", () => {
  test("P8: win over everything else", async () => {
    const args = ["--config", "/none", "--bogus"];
    const version = await runPlugin(tap, { args: [...args, "--version"] });
    const about = await runPlugin(tap, { args: [...args, "--about"] });
    const help = await runPlugin(tap, { args: [...args, "--help"] });

    expect(version).toEqual({ code: 0, stdout: "1.2.3\n", stderr: "" });
    expect(about).toMatchObject({ code: 0, stderr: "" });
    expect(about.stdout).toContain("  token: Opens the door.");
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("--discover");
  });

  test("P8: --about --format json has the Meltano SDK's shape", async () => {
    const { stdout } = await runPlugin(tap, { args: ["--about", "--format=json"] });

    expect(JSON.parse(stdout)).toMatchObject({
      name: "tap-greetings-ts",
      capabilities: ["about", "catalog", "discover", "state"],
      settings: { type: "object", properties: { token: { type: "string", writeOnly: true } } },
    });
  });
});
