import { expect, test } from "@jest/globals";
import { Redactor } from "./redact.ts";
import type { Settings } from "./settings.ts";

const canary = "c4nary/s3cret+é";

const settings = {
  type: "object",
  required: [],
  properties: {
    password: { type: "string", secret: true },
    api_keys: { type: "object", additionalProperties: { type: "string", secret: true } },
    streams: {
      type: "array",
      items: { type: "object", properties: { token: { type: "string", secret: true } } },
    },
  },
} as const satisfies Settings;

test.each([
  ["as it is", canary],
  ["in a URL", encodeURIComponent(canary)],
  ["in base64", Buffer.from(canary).toString("base64")],
  ["in base64 for URLs", Buffer.from(canary).toString("base64url")],
  ["inside JSON", JSON.stringify(canary).slice(1, -1)],
])("a secret is hidden %s", (_name, form) => {
  const redactor = new Redactor();
  redactor.add(canary);

  expect(redactor.redact(`login with ${form} failed`)).toBe("login with *** failed");
});

test.each([
  ["a setting", { password: canary }],
  ["a free map", { api_keys: { "X-Key": canary } }],
  ["a list", { streams: [{ token: canary }] }],
])("secrets are found in %s", (_name, values) => {
  const redactor = new Redactor();
  redactor.addSettings(settings, values);

  expect(redactor.redact(canary)).toBe("***");
});

test("a user and password are hidden as Basic authentication sends them", () => {
  const redactor = new Redactor();
  redactor.addPair("etl", canary);

  expect(redactor.redact(`Basic ${Buffer.from(`etl:${canary}`).toString("base64")}`)).toBe(
    "Basic ***",
  );
});
