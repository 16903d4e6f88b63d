import { describe, expect, test } from "@jest/globals";
import { runPlugin } from "../testing/run-plugin.ts";

const schema = {
  type: "object",
  required: ["id", "email"],
  properties: {
    id: { type: "integer" },
    email: { type: "string" },
    price: { type: ["number", "null"], multipleOf: 0.01 },
    at: {
      type: ["object", "null"],
      properties: {
        city: { type: "string" },
        geo: { type: "object", properties: { lat: { type: "number" } } },
      },
    },
    tags: { type: "array", items: { type: "string" } },
  },
};
const records = [
  '{"id":12345678901234567890,"email":"a@x.br","price":1.10,"at":{"city":"Recife","geo":{"lat":-8.050}},"tags":["a",1.0]}',
  '{"id":2,"email":"b@x.br","price":null,"at":null}',
];
const input = [
  JSON.stringify({ type: "SCHEMA", stream: "people", schema, key_properties: ["id"] }),
  ...records.map((record) => `{"type":"RECORD","stream":"people","record":${record},"version":7}`),
  '{"type":"STATE","value":{"bookmarks":{"people":1.0}}}',
  '{"type":"ACTIVATE_VERSION","stream":"people","version":7}',
  "",
].join("\n");

/** The lines that a target gets through the maps, behind the SDK's command line. */
async function mapped(settings: object) {
  const env = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      `TARGET_ECHOING_${name.toUpperCase()}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  const { code, stdout, stderr } = await runPlugin("echoing-target.ts", { env, input });
  const lines = stdout.split("\n").slice(0, -1);
  return { code, lines, stderr, schemas: lines.filter((line) => line.includes('"SCHEMA"')) };
}

describe("stream maps", () => {
  test("P14: expressions compute, mask and take away properties, with every digit", async () => {
    const { code, lines } = await mapped({
      stream_maps: {
        people: {
          email: "md5(config['salt'] + email)",
          domain: "email.split('@')[-1]",
          twice: "float(price) * 2 if price is not None else None",
          next: "id + 1",
          at: null,
          tags: "__NULL__",
        },
      },
      stream_map_config: { salt: "s" },
    });

    expect(code).toBe(0);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      type: "SCHEMA",
      stream: "people",
      key_properties: ["id"],
      schema: {
        type: "object",
        required: ["id"],
        properties: {
          id: { type: "integer" },
          email: { type: ["string", "null"] },
          price: { type: ["number", "null"], multipleOf: 0.01 },
          domain: { type: ["string", "null"] },
          twice: { type: ["number", "null"] },
          next: { type: ["string", "null"] },
        },
      },
    });
    expect(lines.slice(1)).toEqual([
      '{"type":"RECORD","stream":"people","record":{"id":12345678901234567890,"email":"288b3f33d1a9e27bbe6cb39decb4aa6d","price":1.10,"domain":"x.br","twice":2.20,"next":"12345678901234567891"},"version":7}',
      '{"type":"RECORD","stream":"people","record":{"id":2,"email":"8aaa1b99bedbe71a28a7684bbeb12e4e","price":null,"domain":"x.br","twice":null,"next":"3"},"version":7}',
      '{"type":"STATE","value":{"bookmarks":{"people":1.0}}}',
      '{"type":"ACTIVATE_VERSION","stream":"people","version":7}',
    ]);
  });

  test("P14: __alias__ renames, __filter__ keeps what is true, __source__ makes another stream", async () => {
    const { lines } = await mapped({
      stream_maps: {
        people: { __alias__: "persons", __filter__: "price is not None", at: null, tags: null },
        cities: {
          __source__: "people",
          __key_properties__: [],
          __else__: null,
          city: "at['city'] if at else 'none'",
        },
      },
    });

    expect(lines.slice(2)).toEqual([
      '{"type":"RECORD","stream":"persons","record":{"id":12345678901234567890,"email":"a@x.br","price":1.10},"version":7}',
      '{"type":"RECORD","stream":"cities","record":{"city":"Recife"},"version":7}',
      '{"type":"RECORD","stream":"cities","record":{"city":"none"},"version":7}',
      '{"type":"STATE","value":{"bookmarks":{"people":1.0}}}',
      '{"type":"ACTIVATE_VERSION","stream":"persons","version":7}',
      '{"type":"ACTIVATE_VERSION","stream":"cities","version":7}',
    ]);
  });

  test.each([
    ["null drops a stream", { people: null }],
    ["__NULL__ drops a stream", { "p*": "__NULL__" }],
    ["__else__ drops what no map names", { __else__: null, others: {} }],
  ])("P14: %s, its states stay", async (_name, streamMaps) => {
    const { lines } = await mapped({ stream_maps: streamMaps });

    expect(lines).toEqual(['{"type":"STATE","value":{"bookmarks":{"people":1.0}}}']);
  });

  test("P14: a pattern maps many streams, and an alias may be made of the name", async () => {
    const { schemas } = await mapped({
      stream_maps: { "pe[nop]ple": { __alias__: "'raw_' + __stream_name__" } },
    });

    expect(schemas[0]).toContain('"stream":"raw_people"');
  });

  test("P14: streams that no map names keep their bytes", async () => {
    const { lines } = await mapped({ stream_maps: { others: null } });

    expect(`${lines.join("\n")}\n`).toBe(input);
  });

  test.each([
    [{ people: { id: null } }, "the key property id is not in the result"],
    [{ people: { x: "emial" } }, "the name `emial` is unknown"],
    [{ people: { x: "process.exit(1)" } }, "the method `exit` is unknown"],
    [{ people: { x: "(" } }, "it is not a Python expression"],
    [{ people: { x: 1 } }, "`people.x` must be an expression"],
    [{ people: 1 }, "`people` must be an object"],
    [{ __other__: null }, "`__other__` is not known here"],
    [{ people: { __else__: "x" } }, "`people.__else__` can only be null"],
  ])("P14: %j is exit code 2 and says why", async (streamMaps, why) => {
    const { code, stderr } = await mapped({ stream_maps: streamMaps });

    expect(code).toBe(2);
    expect(stderr).toContain(why);
    expect(stderr).toContain("(E_STREAM_MAP)");
  });

  test("P14: an expression that fails on a record tells its place and no value", async () => {
    const { code, stderr } = await mapped({ stream_maps: { people: { x: "int(email)" } } });

    expect(code).toBe(1);
    expect(stderr).toContain(
      "error: stream people: stream_maps: x: a string does not hold a number",
    );
    expect(stderr).not.toContain("a@x.br");
  });

  test("P14: a tap maps what it writes", async () => {
    const { stdout } = await runPlugin("greetings-tap.ts", {
      env: {
        TAP_GREETINGS_TOKEN: "s3cret",
        TAP_GREETINGS_STREAM_MAPS:
          '{"greetings":{"__alias__":"hellos","__filter__":"id != 2","text":"text + str(id)"}}',
      },
    });

    expect(stdout.trimEnd().split("\n")).toEqual([
      '{"type":"SCHEMA","stream":"hellos","schema":{"type":"object","properties":{"id":{"type":"integer"},"text":{"type":["string","null"]}}},"key_properties":["id"]}',
      '{"type":"RECORD","stream":"hellos","record":{"id":1,"text":"hello1"}}',
      '{"type":"RECORD","stream":"hellos","record":{"id":3,"text":"hello3"}}',
      '{"type":"STATE","value":{"bookmarks":{"greetings":{"replication_key_value":3}},"singer_sdk_ts":{"streams":{"hellos":{"rows":2}}}}}',
    ]);
  });
});

describe("flattening", () => {
  test("P15: opens objects to the depth that is set, and writes the rest as JSON text", async () => {
    const one = await mapped({ flattening_enabled: true, flattening_max_depth: 1 });
    const two = await mapped({ flattening_enabled: true, flattening_max_depth: 2 });

    expect(Object.keys(JSON.parse(one.schemas[0] ?? "").schema.properties)).toEqual(
      "id email price at__city at__geo tags".split(" "),
    );
    expect(one.lines[1]).toContain(
      '"at__city":"Recife","at__geo":"{\\"lat\\":-8.050}","tags":"[\\"a\\",1.0]"',
    );
    expect(two.lines[1]).toContain('"at__city":"Recife","at__geo__lat":-8.050');
    expect(JSON.parse(two.schemas[0] ?? "").schema.properties.tags).toEqual({
      type: ["string", "null"],
    });
  });

  test("P15: the separator and the length of names can be set", async () => {
    const { lines, schemas } = await mapped({
      flattening_enabled: true,
      flattening_max_depth: 2,
      flattening_separator: ".",
      flattening_max_key_length: 9,
      stream_maps: { people: { tags: null, email: null } },
    });

    expect(Object.keys(JSON.parse(schemas[0] ?? "").schema.properties)).toEqual(
      "id price at.city at.geo.lat".split(" "),
    );
    expect(lines[2]).toContain('{"id":2,"price":null}');
  });

  test("P15: without a depth it is exit code 2", async () => {
    const { code, stderr } = await mapped({ flattening_enabled: true });

    expect(code).toBe(2);
    expect(stderr).toContain("setting `flattening_max_depth` is missing (E_SETTING)");
  });

  test("P15: two properties of one flattened name are exit code 2", async () => {
    const { code, stderr } = await mapped({
      flattening_enabled: true,
      flattening_max_depth: 1,
      stream_maps: { people: { at__city: "email" } },
    });

    expect(code).toBe(2);
    expect(stderr).toContain("flattening gives two properties the name at__city");
  });
});
