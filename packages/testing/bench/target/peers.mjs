// The programs of PyPI that run.mjs sets target-delta-ts beside: `goal` is how many times their rows/s are wanted.
// Not among them: the target-parquet of Automattic and the one of estrategiahq, which are in no package registry. In their
// place stand sdk_parquet.py, with the steps of the first, and PyPI's target-parquet, which the second grew from.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const here = import.meta.dirname;
/** target-s3-delta keeps its batches here and reads all that it finds. */
const S3_DELTA_BATCHES = join(tmpdir(), "meltano_temp_data");

export const peers = [
  {
    id: "s3-delta",
    name: "target-s3-delta 0.0.25, into a local folder",
    goal: 40,
    rows: 50_000,
    versions: ["3.11", "3.10", "3.9"],
    packages: ["target-s3-delta==0.0.25", "numpy<2", "setuptools<70"],
    command: ({ bin, folder, config }) => {
      rmSync(S3_DELTA_BATCHES, { recursive: true, force: true });
      const settings = { s3_path: join(folder, "s3-delta"), aws_access_key_id: "none", aws_secret_access_key: "none" };
      return `"${bin}/target-s3-delta" --config "${config(settings)}"`;
    },
  },
  {
    id: "sdk-parquet",
    name: "singer-sdk 0.54.9 target that writes Parquet, as Automattic's does",
    goal: 40,
    rows: 100_000,
    environment: "sdk",
    packages: ["singer-sdk==0.54.9", "pyarrow==26.0.1"],
    command: ({ bin, folder, config }) => `"${bin}/python" "${here}/sdk_parquet.py" --config "${config({ folder: join(folder, "sdk-parquet") })}"`,
  },
  {
    id: "target-parquet",
    name: "target-parquet 0.0.1, which estrategiahq's grew from",
    goal: 40,
    rows: 100_000,
    // Its pandas 0.24 and pyarrow 0.13 are built for no later Python.
    versions: ["3.7"],
    packages: ["target-parquet==0.0.1", "numpy<1.20"],
    // Its validation holds doubles against multipleOf: 1610.127 is no multiple of 0.0001 to it.
    input: ".loose",
    command: ({ bin, folder, config }) => `"${bin}/target-parquet" --config "${config({ destination_path: folder, disable_collection: true })}"`,
  },
  {
    id: "jsonl",
    name: "target-jsonl 0.1.4 (JSON lines, no Parquet)",
    goal: 40,
    rows: 100_000,
    packages: ["target-jsonl==0.1.4"],
    command: ({ bin, folder, config }) => `"${bin}/target-jsonl" --config "${config({ destination_path: folder })}"`,
  },
  {
    id: "sdk",
    name: "singer-sdk 0.54.9 target that drops its rows",
    goal: 40,
    rows: 100_000,
    packages: ["singer-sdk==0.54.9", "pyarrow==26.0.1"],
    command: ({ bin }) => `"${bin}/python" "${here}/sdk_drop.py"`,
  },
  {
    id: "dlt-records",
    name: "dlt 1.31.0 into Delta, from Python objects",
    goal: 8,
    rows: 200_000,
    packages: ["dlt[deltalake,filesystem]==1.31.0", "orjson"],
    input: ".records",
    command: ({ bin, folder }) => `"${bin}/python" "${here}/dlt_delta.py" records "${emptied(join(folder, "dlt-records"))}"`,
  },
  {
    id: "dlt-arrow",
    name: "dlt 1.31.0 into Delta, from an Arrow table",
    goal: 2,
    environment: "dlt-records",
    packages: ["dlt[deltalake,filesystem]==1.31.0", "orjson"],
    input: ".records",
    command: ({ bin, folder }) => `"${bin}/python" "${here}/dlt_delta.py" arrow "${emptied(join(folder, "dlt-arrow"))}"`,
  },
];

/** The peer's programs, installed under `venvs` on first use; undefined, with the reason printed, where that fails. */
export function install({ id, name, environment = id, versions = [""], packages }, venvs) {
  const path = join(venvs, environment);
  const bin = join(path, "bin");
  const done = join(path, "installed");
  if (existsSync(done)) return bin;
  rmSync(path, { recursive: true, force: true });
  mkdirSync(venvs, { recursive: true });
  const interpreter = versions.map(findPython).find((found) => found !== undefined);
  if (interpreter === undefined) return refuse(name, `no Python ${versions.join(" or ")}`);
  const quoted = packages.map((text) => `'${text}'`).join(" ");
  const { status, stderr } = shell(`"${interpreter}" -m venv "${path}" && "${bin}/pip" -q install ${quoted} && touch "${done}"`);
  return status === 0 ? bin : refuse(name, stderr.trim().split("\n").at(-1));
}

/** A Python on the path, or one that pyenv has. */
function findPython(version) {
  const { stdout } = shell(`command -v python${version === "" ? 3 : version}; ls -d "$(pyenv root)"/versions/${version}.*/bin/python`);
  return stdout
    .trim()
    .split("\n")
    .find((path) => path !== "" && shell(`"${path}" -c 0`).status === 0);
}

function refuse(name, reason) {
  process.stdout.write(`not run: ${name}: ${reason}\n`);
  return undefined;
}

function emptied(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

function shell(command) {
  return spawnSync("sh", ["-c", command], { encoding: "utf8" });
}
