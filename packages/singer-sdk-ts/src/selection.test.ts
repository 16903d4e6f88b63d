import { describe, expect, test } from "@jest/globals";
import type { CatalogStream, MetadataEntry } from "./catalog.ts";
import { isSelected, selectedSchema, selectedStreams } from "./selection.ts";

const schema = {
  type: "object",
  required: ["id", "secret"],
  properties: {
    id: { type: "integer" },
    secret: { type: "string" },
    address: { type: "object", properties: { city: { type: "string" }, zip: { type: "string" } } },
  },
};

function stream(
  metadata: readonly MetadataEntry[],
  others: Partial<CatalogStream> = {},
): CatalogStream {
  return { tap_stream_id: "s", stream: "s", schema, metadata, ...others };
}

const selected: MetadataEntry = { breadcrumb: [], metadata: { selected: true } };
const at = (path: string, metadata: MetadataEntry["metadata"]): MetadataEntry => ({
  breadcrumb: path.split("."),
  metadata,
});

describe("isSelected", () => {
  test("no metadata at all selects all", () => {
    expect(isSelected(stream([]), [])).toBe(true);
    expect(isSelected(stream([]), ["properties", "id"])).toBe(true);
  });

  test("metadata without a choice does not select a stream", () => {
    expect(isSelected(stream([at("properties.id", { inclusion: "available" })]), [])).toBe(false);
  });

  test.each([
    [
      "selected wins over selected-by-default",
      { selected: false, "selected-by-default": true },
      false,
    ],
    [
      "selected-by-default is used when selected is absent",
      { "selected-by-default": false },
      false,
    ],
    ["automatic is always sent", { inclusion: "automatic", selected: false }, true],
    ["unsupported is never sent", { inclusion: "unsupported", selected: true }, false],
    ["without a choice the parent decides", { inclusion: "available" }, true],
    ["text counts as a boolean", { selected: "false" }, false],
  ] as const)("%s", (_name, metadata, expected) => {
    expect(
      isSelected(stream([selected, at("properties.secret", metadata)]), ["properties", "secret"]),
    ).toBe(expected);
  });

  test("P12: Meltano's key on the stream counts, and metadata wins over it", () => {
    const meltano: { readonly selected: boolean } = { selected: true };

    expect(
      isSelected(stream([at("properties.id", {})], meltano as Partial<CatalogStream>), []),
    ).toBe(true);
    const both = stream(
      [{ breadcrumb: [], metadata: { selected: false } }],
      meltano as Partial<CatalogStream>,
    );
    expect(isSelected(both, [])).toBe(false);
  });

  test("P12: nothing inside a deselected parent is selected", () => {
    const entry = stream([
      selected,
      at("properties.address", { selected: false }),
      at("properties.address.properties.city", { selected: true }),
    ]);

    expect(isSelected(entry, ["properties", "address", "properties", "city"])).toBe(false);
  });
});

test("P13: a deselected property leaves the schema and its required list, at every depth", () => {
  const entry = stream([
    selected,
    at("properties.secret", { selected: false }),
    at("properties.address.properties.zip", { selected: false }),
  ]);

  expect(selectedSchema(entry)).toEqual({
    type: "object",
    required: ["id"],
    properties: {
      id: { type: "integer" },
      address: { type: "object", properties: { city: { type: "string" } } },
    },
  });
});

test("selectedStreams keeps the catalog's order", () => {
  const streams = [
    stream([selected], { tap_stream_id: "b" }),
    stream([{ breadcrumb: [], metadata: { selected: false } }], { tap_stream_id: "x" }),
    stream([selected], { tap_stream_id: "a" }),
  ];

  expect(selectedStreams({ streams }).map(({ tap_stream_id }) => tap_stream_id)).toEqual([
    "b",
    "a",
  ]);
});
