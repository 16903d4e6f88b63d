// Runs in a project folder, with the sources up (with-sources): every check reads Meltano's own output or database.
import { openAsBlob, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readFooter } from "delta-lake-ts/parquet";
import { check, database, equal, holds, logOf, makeProject, meltano, report, repository, run, storedState } from "./project.mjs";

const pipe = ["run", "tap-mssql", "target-delta-sqlserver", "tap-rest", "target-delta-api"];
const stateId = "dev:tap-mssql-to-target-delta-sqlserver";
const validate = () => run("node", [join(repository, "packages/pipeline/dist/validate.js")]);
const keysOf = (state) =>
  Object.values(state.bookmarks).filter((bookmark) => "replication_key_value" in bookmark).length;

/** Rows that the tap's metrics counted in a run, as Meltano parsed them. */
const rowsOf = (log) =>
  log
    .filter(({ metric_info: metric }) => metric?.metric === "record_count")
    .reduce((sum, { metric_info: metric }) => sum + metric.value, 0);

let first;
check("first run", () => {
  first = logOf(pipe);
});
check("every table matches its source", validate);
check("the state is in its database", () => {
  if (keysOf(storedState(stateId)) < 10) throw new Error("there are no bookmarks");
  const runs = database("SELECT job_name, state FROM runs");
  equal(runs.map(({ state }) => state), ["SUCCESS", "SUCCESS"]);
});
check("our log lines have their level and stream", () => {
  const ours = first.filter((line) => line.stream !== undefined || line.stream_name !== undefined);
  if (!ours.some((line) => line.level === "info")) throw new Error(JSON.stringify(first.slice(0, 9)));
});
check("second run is incremental", () => {
  const before = storedState(stateId);
  const second = logOf(pipe);
  const [rows, firstRows] = [rowsOf(second), rowsOf(first)];
  if (!(firstRows > 0 && rows < firstRows)) throw new Error(`${firstRows} rows, then ${rows}: ${JSON.stringify(first.find(({ metric_info: metric }) => metric !== undefined))}`);
  equal(Object.keys(storedState(stateId).bookmarks).toSorted(), Object.keys(before.bookmarks).toSorted());
});
check("no row was added", validate);
check("select --list shows columns and keys", () => {
  const { stdout } = meltano(["select", "--list", "--all", "tap-mssql"]);
  holds(stdout, /automatic.*Sales-SalesOrderHeader\.SalesOrderID/, /selected.*Sales-SalesOrderHeader\.TotalDue/);
});
for (const tap of ["tap-mssql", "tap-rest"]) {
  check(`config test of ${tap}`, () => meltano(["config", "test", tap]));
  check(`invoke ${tap} --discover prints a catalog`, () => {
    const { streams } = JSON.parse(meltano(["invoke", tap, "--discover"]).stdout);
    if (streams.length < 4) throw new Error(`${streams.length} streams`);
  });
  check(`invoke ${tap} --version and --about win over its configuration`, () => {
    holds(meltano(["invoke", tap, "--version"]).stdout, /^\d+\.\d+\.\d+/);
    holds(meltano(["invoke", tap, "--about"]).stdout, "Capabilities: ");
  });
}
check("state list, get and set", () => {
  holds(meltano(["state", "list"]).stdout, stateId);
  const state = JSON.parse(meltano(["state", "get", stateId]).stdout);
  equal(state.singer_state, storedState(stateId));
  meltano(["state", "set", "--force", "dev:other", JSON.stringify({ singer_state: { bookmarks: { a: { version: 5 } } } })]);
  equal(storedState("dev:other"), { bookmarks: { a: { version: 5 } } });
  meltano(["state", "clear", "--force", "dev:other"]);
});
check("--full-refresh reads everything again, and adds no row", () => {
  const again = logOf(["run", "--full-refresh", "tap-mssql", "target-delta-sqlserver"]);
  if (rowsOf(again) < 10_000) throw new Error(`${rowsOf(again)} rows`);
  validate();
});
check("the job and its schedule are known", () => {
  holds(meltano(["job", "list"]).stdout, "ingest");
  holds(meltano(["schedule", "list"]).stdout, "nightly", "ingest");
});
check("prod loads into Databricks", () => {
  const { stdout } = meltano(["--environment", "prod", "config", "print", "target-delta-api"]);
  holds(stdout, '"path": "databricks:"', '"table_path": "api_{stream}"');
});
check("one setting sends rows as files, and the tables stay equal", () => {
  const files = join(process.cwd(), "batches");
  const batch = { encoding: { format: "parquet" }, storage: { root: files } };
  meltano(["config", "set", "tap-rest", "batch_config", JSON.stringify(batch)]);
  const log = logOf(["run", "--full-refresh", "tap-rest", "target-delta-api"]);
  equal(log.filter(({ level }) => level === "error"), []);
  equal(readdirSync(files), []);
  validate();
  meltano(["config", "unset", "tap-rest", "batch_config"]);
});
check("a wrong type in a stream's schema names stream and field", () => {
  const schema = JSON.parse(readFileSync(join(repository, "schemas/streams/SalesOrderHeader.json"), "utf8"));
  schema.properties.TotalDue = { type: ["integer", "null"] };
  writeFileSync("wrong.json", JSON.stringify(schema));
  const text = readFileSync("meltano.yml", "utf8").replace("schemas/streams/SalesOrderHeader.json", "../wrong.json");
  const folder = makeProject("wrong", text);
  const { stderr } = meltano(["run", "tap-rest", "target-delta-api"], { folder, code: 1 });
  holds(stderr, /SalesOrderHeader.*TotalDue/);
});
check("add --from-ref takes our definitions, offline", () => {
  const folder = makeProject("added", "default_environment: dev\nenvironments:\n- name: dev\n");
  for (const [kind, name] of [["extractor", "tap-mssql"], ["extractor", "tap-rest"], ["loader", "target-delta"]]) {
    meltano(["add", "--no-install", "--plugin-type", kind, name, "--from-ref", join(repository, `schemas/hub/${name}.yml`)], {
      folder,
      env: { MELTANO_HUB_URL: "http://127.0.0.1:9" },
    });
    holds(meltano(["invoke", name, "--version"], { folder }).stdout, /^\d+\.\d+\.\d+/);
  }
});

// The page's own file: an old project with our executables and its settings as they were.
const [, oldFile] = [...readFileSync(join(repository, "docs/migration.md"), "utf8").matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text);
const old = makeProject("old", oldFile);
check("an old project runs with our executables", () => {
  meltano(["run", "tap-mssql", "target-parquet-sqlserver", "tap-rest-api-msdk", "target-parquet-api"], { folder: old });
});
const folderOfOrders = join(old, "output/docker_elt/api/SalesOrderHeader");
let oldRows = 0;
try {
  for (const name of readdirSync(folderOfOrders).filter((file) => file.endsWith(".parquet")))
    oldRows += (await readFooter(await openAsBlob(join(folderOfOrders, name)))).rowCount;
} catch {
  // The check below says that there are no rows.
}
check("and its Parquet files hold every order", () => equal(oldRows, 31_465));
report();
