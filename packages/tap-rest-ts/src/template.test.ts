import { expect, test } from "@jest/globals";
import { fillTemplate, fillTemplates } from "./template.ts";

const lookUp = (name: string): string | undefined =>
  ({ start: "2024-01-01", "parent.id": "a/b" })[name];

test("names in braces are replaced", () => {
  expect(fillTemplate("since {start} of {parent.id}", lookUp)).toBe("since 2024-01-01 of a/b");
});

test("values can be encoded for where they go", () => {
  expect(fillTemplate("/orders/{parent.id}/lines", lookUp, encodeURIComponent)).toBe(
    "/orders/a%2Fb/lines",
  );
});

test("doubled braces are braces, and JSON stays as it is", () => {
  expect(fillTemplate('{{start}} {"a": 1}', lookUp)).toBe('{start} {"a": 1}');
});

test("an unknown name is an error", () => {
  expect(() => fillTemplate("{none}", lookUp)).toThrow(
    expect.objectContaining({ code: "E_TEMPLATE" }),
  );
});

test("all texts of a value are filled", () => {
  expect(fillTemplates({ a: ["{start}", 1], b: { c: "{parent.id}" } }, lookUp)).toEqual({
    a: ["2024-01-01", 1],
    b: { c: "a/b" },
  });
});
