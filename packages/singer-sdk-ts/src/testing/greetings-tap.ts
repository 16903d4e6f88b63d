import { batchSettings } from "../batch/index.ts";
import { runTap } from "../index.ts";
import { mappingSettings } from "../stream-map/mapping-settings.ts";

function failLater(text: string): never {
  throw new Error(text);
}

// A tap of the tests: counts to `rows` and remembers where it was.
await runTap(() => ({
  name: "tap-greetings-ts",
  version: "1.2.3",
  description: "Greets as often as it is told.",
  capabilities: ["about", "catalog", "discover", "state"],
  settings: {
    type: "object",
    required: ["token"],
    properties: {
      ...batchSettings,
      ...mappingSettings,
      token: { type: "string", secret: true, description: "Opens the door." },
      rows: { type: "integer", default: 3, minimum: 0, description: "Greetings to write." },
      fail: {
        type: "string",
        enum: ["user", "bug", "late", "never"],
        default: "never",
        description: "How to fail.",
      },
      wait: { type: "boolean", default: false, description: "Waits for a signal at the end." },
    },
  },
  discover: async () => ({
    streams: [
      {
        tap_stream_id: "greetings",
        stream: "greetings",
        schema: { type: "object", properties: { id: { type: "integer" }, text: {} } },
        key_properties: ["id"],
        metadata: [{ breadcrumb: [], metadata: { "selected-by-default": true } }],
      },
    ],
  }),
  async sync({ config, catalog, state, writer, mode, log, signal }) {
    if (config.fail === "bug") throw new TypeError(`no door for ${config.token}`);
    if (config.fail === "late") process.nextTick(failLater, config.token);
    for (const { stream, schema, key_properties = [] } of catalog.streams) {
      log.info("start", { stream, header: `Basic ${btoa(`me:${config.token}`)}` });
      writer.schema({ stream, schema, key_properties });
      const rows = mode === "schema" ? 0 : mode === "test" ? 1 : config.rows;
      for (let id = 1; id <= rows; id += 1) {
        writer.record(stream, { id, text: "hello" });
        if (writer.isFull) await writer.flush();
      }
      state.setBookmark(stream, { replication_key_value: rows });
      writer.state(state);
    }
    if (config.fail === "late" || config.wait) {
      await writer.flush();
      const turn = setInterval(() => undefined, 1000);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      clearInterval(turn);
    }
  },
}));
