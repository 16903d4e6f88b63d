import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { readConfig } from "./config.ts";
import { environmentPrefix } from "./environment-prefix.ts";
import type { Settings } from "./settings.ts";

const settings = {
  type: "object",
  required: [],
  properties: {
    host: { type: "string", aliases: ["server"], env: ["API_HOST"] },
    port: { type: "integer" },
    encrypt: { type: "boolean" },
    password: { type: "string", secret: true },
    keys: { type: "array", items: { type: "string" } },
    tds_version: { type: "string", ignored: "the driver chooses it." },
  },
} as const satisfies Settings;

const folder = mkdtempSync(join(tmpdir(), "singer-config-"));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

function read(files: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return readConfig({ name: "tap-demo-ts", settings, files, env });
}

test("the prefix is the name without -ts", () => {
  expect(environmentPrefix("tap-mssql-ts")).toBe("TAP_MSSQL");
});

describe("readConfig", () => {
  test("a later file wins key by key, and the environment over all", () => {
    const files = [file("a.json", { host: "a", port: 1 }), file("b.json", { port: 2 })];

    expect(read(files, { TAP_DEMO_HOST: "c" }).values).toEqual({ host: "c", port: 2 });
  });

  test("variables are cast to their setting's type", () => {
    const env = { TAP_DEMO_PORT: "1433", TAP_DEMO_ENCRYPT: "false", TAP_DEMO_KEYS: "a, b" };

    expect(read([], env).values).toEqual({ port: 1433, encrypt: false, keys: ["a", "b"] });
  });

  test("an empty variable is not set", () => {
    expect(read([], { TAP_DEMO_HOST: "", TAP_DEMO_PORT: "" }).values).toEqual({});
  });

  test("a setting's own variables and aliases are read", () => {
    expect(read([], { API_HOST: "x" }).values).toEqual({ host: "x" });
    expect(read([], { TAP_DEMO_SERVER: "y" }).values).toEqual({ host: "y" });
    expect(read([file("alias.json", { server: "z" })]).values).toEqual({ host: "z" });
  });

  test("a setting without effect gives one warning that says why", () => {
    const { values, warnings } = read([file("ignored.json", { tds_version: "7.3" })]);

    expect(values).toEqual({});
    expect(warnings).toEqual(["setting `tds_version` has no effect: the driver chooses it."]);
  });

  test("a secret may be in a file or another variable", () => {
    const secret = file("secret.txt", "p4ssword\n");

    expect(read([file("f.json", { password: `file:${secret}` })]).values).toEqual({
      password: "p4ssword",
    });
    expect(read([file("e.json", { password: "env:OTHER" })], { OTHER: "p5" }).values).toEqual({
      password: "p5",
    });
  });

  test.each([
    ["a file that is missing", join(folder, "none.json"), "E_USAGE"],
    ["a file that is not JSON", file("bad.json", "{"), "E_SETTING"],
    ["a file that is a list", file("list.json", []), "E_SETTING"],
    ["a reference to nothing", file("ref.json", { password: "env:NOT_SET" }), "E_SETTING"],
  ])("%s is named", (_name, path, code) => {
    expect(() => read([path])).toThrow(expect.objectContaining({ code }));
  });
});

test("settings inside objects are read from variables and references, too", () => {
  const nested = {
    type: "object",
    required: [],
    properties: {
      warehouse: {
        type: "object",
        properties: {
          host: { type: "string", env: ["DATABRICKS_HOST"] },
          token: { type: "string", secret: true },
          path: { type: "string" },
        },
      },
      logins: {
        type: "array",
        items: { type: "object", properties: { password: { type: "string", secret: true } } },
      },
    },
  } as const satisfies Settings;
  const config = file("nested.json", {
    warehouse: { host: "a", path: "/p" },
    logins: [{ password: "env:PASSWORD" }],
  });
  const env = {
    DATABRICKS_HOST: "b",
    TARGET_DEMO_WAREHOUSE_TOKEN: "env:TOKEN",
    TOKEN: "t",
    PASSWORD: "p",
  };

  const { values } = readConfig({ name: "target-demo-ts", settings: nested, files: [config], env });

  expect(values).toEqual({
    warehouse: { host: "b", path: "/p", token: "t" },
    logins: [{ password: "p" }],
  });
});
