// Files only: both folders of the pipeline on disk, in a volume and on DBFS are byte-equal, also after a second run.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./process.mjs";

const ROWS = 1000;
const BLOCK_BYTES = 1_000_000;

/** Gives `[name, problems]` of every check. */
export async function* checkFiles(place, folder) {
  const landing = `/Volumes/${place.catalog}/${place.schema}/landing`;
  await place.query(`CREATE SCHEMA IF NOT EXISTS \`${place.catalog}\`.\`${place.schema}\``);
  await place.query(`CREATE VOLUME IF NOT EXISTS \`${place.catalog}\`.\`${place.schema}\`.\`landing\``);
  const settings = { format: "parquet", load_method: "overwrite", table_path: "{stream}" };
  for (const source of ["sqlserver", "api"]) {
    const below = `output/docker_elt/${source}`;
    const paths = {
      disk: join(folder, "disk", below),
      volume: `${landing}/${below}`,
      dbfs: place.isReal ? `dbfs:/${place.schema}/${below}` : `dbfs:/${below}`,
    };
    const found = {};
    for (const [kind, path] of Object.entries(paths)) {
      for (let turn = 0; turn < 2; turn++) {
        const config = join(folder, "target.json");
        writeFileSync(config, JSON.stringify({ ...settings, path }));
        const { code, stderr } = await run("target-delta-ts/dist/cli.js", ["--config", config], { env: place.env, input: input() }).result;
        yield [`${source} to ${kind}, run ${turn + 1}`, code === 0 ? [] : [stderr.slice(0, 300)]];
      }
      found[kind] = await readers[kind](place, path);
      if (kind === "disk" && place.isReal) continue;
      const seen = kind === "disk" ? `file:${path}` : path;
      const [answer] = await place.query(`SELECT CAST(count(*) AS STRING) AS n FROM parquet.\`${seen}/customer\``).catch((error) => [{ n: String(error) }]);
      yield [`${source} on ${kind} by Spark`, Number(answer.n) === ROWS ? [] : [`${answer.n} rows`]];
    }
    for (const kind of ["volume", "dbfs"])
      yield [`${source}: ${kind} is equal to disk`, JSON.stringify(found[kind]) === JSON.stringify(found.disk) ? [] : [`${found[kind]}`.slice(0, 200)]];
  }
}

function input() {
  const schema = { type: "object", properties: { id: { type: "integer" }, name: { type: "string" } } };
  const lines = [
    { type: "SCHEMA", stream: "customer", schema, key_properties: ["id"] },
    ...Array.from({ length: ROWS }, (_, id) => ({ type: "RECORD", stream: "customer", record: { id, name: `row ${id}` } })),
  ];
  return lines.map((line) => JSON.stringify(line)).join("\n");
}

/** How the contents of every Parquet file below a folder are read, in their own order. */
const readers = {
  disk: (_place, path) =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".parquet"))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString("base64"))
      .toSorted(),
  volume: async (place, path) => {
    /** @type {string[]} */
    const contents = [];
    for (const folders = [path]; folders.length > 0; ) {
      const { contents: entries = [] } = JSON.parse(await place.call("GET", `/api/2.0/fs/directories${encodeURI(folders.pop())}`));
      for (const entry of entries) {
        if (entry.is_directory) folders.push(entry.path);
        else if (entry.path.endsWith(".parquet")) contents.push((await place.call("GET", `/api/2.0/fs/files${encodeURI(entry.path)}`)).toString("base64"));
      }
    }
    return contents.toSorted();
  },
  dbfs: async (place, path) => {
    /** @type {string[]} */
    const contents = [];
    for (const folders = [path.replace("dbfs:", "")]; folders.length > 0; ) {
      const { files = [] } = JSON.parse(await place.call("GET", `/api/2.0/dbfs/list?path=${encodeURIComponent(folders.pop())}`));
      for (const file of files) {
        if (file.is_dir) folders.push(file.path);
        else if (file.path.endsWith(".parquet")) contents.push(await readBlocks(place, file));
      }
    }
    return contents.toSorted();
  },
};

async function readBlocks(place, { path, file_size: size }) {
  const blocks = [];
  for (let offset = 0; offset < size; offset += BLOCK_BYTES) {
    const query = `path=${encodeURIComponent(path)}&offset=${offset}&length=${BLOCK_BYTES}`;
    const { data } = JSON.parse(await place.call("GET", `/api/2.0/dbfs/read?${query}`));
    blocks.push(Buffer.from(data, "base64"));
  }
  return Buffer.concat(blocks).toString("base64");
}
