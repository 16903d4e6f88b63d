import { runTap, selectedSchema, selectedStreams } from "../index.ts";

// A tap of the tests: sends of one record what its catalog selects.
await runTap(() => ({
  name: "tap-choosing-ts",
  version: "1.2.3",
  description: "Sends what is selected.",
  capabilities: ["about", "catalog", "discover"],
  settings: { type: "object", required: [], properties: {} },
  discover: async () => ({
    streams: [
      {
        tap_stream_id: "people",
        stream: "people",
        schema: {
          type: "object",
          required: ["id", "secret"],
          properties: {
            id: { type: "integer" },
            secret: { type: "string" },
            at: {
              type: "object",
              properties: { city: { type: "string" }, zip: { type: "string" } },
            },
          },
        },
        key_properties: ["id"],
        metadata: [{ breadcrumb: [], metadata: { "selected-by-default": false } }],
      },
    ],
  }),
  async sync({ catalog, writer }) {
    for (const stream of selectedStreams(catalog)) {
      const schema = selectedSchema(stream);
      writer.schema({ stream: stream.stream, schema, key_properties: ["id"] });
    }
  },
}));
