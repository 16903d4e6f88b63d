import { describe, expect, test } from "@jest/globals";
import { parseSettings, type Settings } from "./settings.ts";

const settings = {
  type: "object",
  required: ["host"],
  properties: {
    host: { type: "string", description: "Server." },
    port: { type: "integer", default: 1433, minimum: 1, maximum: 65535, description: "Port." },
    mode: { type: "string", enum: ["fast", "exact"], default: "exact", description: "Mode." },
    password: { type: "string", secret: true, description: "Password." },
    streams: {
      type: "array",
      description: "Streams.",
      items: {
        type: "object",
        required: ["name"],
        properties: { name: { type: "string" }, page_size: { type: "integer", default: 100 } },
      },
    },
    headers: { type: "object", additionalProperties: { type: "string" }, description: "Headers." },
  },
} as const satisfies Settings;

describe("parseSettings", () => {
  test("defaults are filled in, also inside lists", () => {
    const config = parseSettings(settings, {
      host: "db",
      streams: [{ name: "a" }],
      headers: { "X-A": "1" },
    });

    expect(config).toEqual({
      host: "db",
      port: 1433,
      mode: "exact",
      streams: [{ name: "a", page_size: 100 }],
      headers: { "X-A": "1" },
    });
    expect(config.port).toBe(1433);
  });

  test("P10: every problem is told at once, an unknown setting with the nearest name", () => {
    const wrong = { prot: 1433, mode: "quick", port: 0, streams: [{ name: "a", pagesize: 5 }] };

    expect(() => parseSettings(settings, wrong)).toThrow(
      expect.objectContaining({
        code: "E_SETTING",
        exitCode: 2,
        message:
          "setting `host` is missing; setting `prot` is unknown, did you mean `port`?; setting `port` must be >= 1; " +
          "setting `mode` must be one of fast, exact; setting `streams.0.pagesize` is unknown, did you mean `page_size`?",
      }),
    );
  });

  test("null is the same as not set", () => {
    expect(parseSettings(settings, { host: "db", port: null }).port).toBe(1433);
  });

  test("the caller's object is left as it was", () => {
    const input = { host: "db" };

    parseSettings(settings, input);

    expect(input).toEqual({ host: "db" });
  });
});
