// How many records per CPU second does tap-rest-ts read, beside tap-rest-api-msdk, dlt's rest_api and a bare undici program?
// node tap-rest/run.mjs [REPETITIONS] [CASE…]: whole processes, interleaved, medians; a case is PAGE_SIZE/COPIES. Peers come from PyPI.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";

const repetitions = Number(process.argv[2] ?? 5);
const cases = process.argv.length > 3 ? process.argv.slice(3) : ["1000/1", "5000/1", "1000/10", "5000/10"];
const root = join(import.meta.dirname, "../../../..");
const here = (name) => join(import.meta.dirname, name);
const tap = join(root, "packages/tap-rest-ts/dist/cli.js");
const msdk = installed("msdk", "tap-rest-api-msdk==1.4.2");
const dlt = installed("dlt", "dlt==1.31.0");
const primaryKeys = {
  SalesOrderHeader: ["SalesOrderID"],
  SalesOrderDetail: ["SalesOrderID", "SalesOrderDetailID"],
  PurchaseOrderHeader: ["PurchaseOrderID"],
  PurchaseOrderDetail: ["PurchaseOrderID", "PurchaseOrderDetailID"],
};

for (const name of cases) {
  const [pageSize, copies] = name.split("/").map(Number);
  await measureCase(pageSize, copies);
}

/** A virtual environment with one package, made when it is not there; gives the folder of its programs. */
function installed(name, requirement) {
  const folder = join(root, ".interop/tap-rest", name);
  if (!existsSync(join(folder, "bin", "pip"))) {
    execFileSync("python3", ["-m", "venv", folder]);
    execFileSync(join(folder, "bin/pip"), ["install", "-q", requirement]);
  }
  return join(folder, "bin");
}

async function measureCase(pageSize, copies) {
  const server = spawn(process.execPath, [here("page-server.mjs"), String(pageSize), String(copies)], { stdio: ["pipe", "pipe", "inherit"] });
  const folder = mkdtempSync(join(tmpdir(), "bench-tap-rest-"));
  try {
    const { port, counts } = JSON.parse(String((await once(server.stdout, "data"))[0]));
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const programs = makePrograms({ url: `http://127.0.0.1:${port}`, pageSize, names: Object.keys(counts), folder, copies });
    const results = programs.map(() => []);
    for (const { name, args, isPrinting } of programs) if (isPrinting) checkCount(name, args, total);
    for (let i = 0; i < repetitions; i++)
      for (const [index, { args, isSlow }] of programs.entries()) if (!isSlow || i === 0) results[index].push(await measure(args));
    report({ total, pageSize, programs, results });
  } finally {
    server.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function makePrograms({ url, pageSize, names, folder, copies }) {
  const file = (name, value) => {
    writeFileSync(join(folder, name), JSON.stringify(value));
    return join(folder, name);
  };
  const schemas = names.map((name) => [name, JSON.parse(readFileSync(join(root, `schemas/streams/${name}.json`), "utf8"))]);
  const streams = schemas.map(([name, schema]) => ({
    name,
    path: `/${name}`,
    records_path: "$.data[*]",
    primary_keys: primaryKeys[name],
    schema,
  }));
  const ours = file("ours.json", { api_url: url, pagination: { style: "offset", page_size: pageSize, total_path: "$.total" }, streams });
  const theirs = file("msdk.json", {
    api_url: url,
    pagination_request_style: "simple_offset_paginator",
    pagination_response_style: "offset",
    pagination_page_size: pageSize,
    // Without it this paginator counts the members of the envelope and stops after one page.
    offset_records_jsonpath: "$.data",
    pagination_initial_offset: 0,
    streams: streams.map((stream) => ({ ...stream, params: { limit: pageSize } })),
  });
  return [
    { name: "tap-rest-ts", args: [process.execPath, tap, "--config", ours], isPrinting: true },
    { name: "undici: download, JSON.parse, print", args: [process.execPath, here("print-records.mjs"), url, String(pageSize), ...names], isPrinting: true },
    { name: "dlt rest_api, extract only", args: [join(dlt, "python"), here("dlt_extract.py"), url, String(pageSize), folder, ...names] },
    // Minutes for the large case: once is enough to tell a factor of ten.
    { name: "tap-rest-api-msdk 1.4.2", args: [join(msdk, "tap-rest-api-msdk"), "--config", theirs], isPrinting: copies === 1, isSlow: copies > 1 },
  ];
}

/** A program that reads less than all has nothing to be compared with. */
function checkCount(name, args, total) {
  const count = Number(execFileSync("bash", ["-c", `"$0" "$@" 2>/dev/null | grep -c '"RECORD"'`, ...args], { encoding: "utf8" }));
  if (count !== total) throw new Error(`${name} printed ${count} of ${total} records`);
}

/** Runs a program with its output thrown away: CPU seconds as the shell's `times` has them, and its peak of resident memory. */
async function measure(args) {
  const env = { ...process.env, RUNTIME__DLTHUB_TELEMETRY: "false", SQLMESH_DISABLE_ANONYMIZED_ANALYTICS: "1" };
  const shell = spawn("bash", ["-c", '"$0" "$@" >/dev/null 2>"$ERRORS" && times', ...args], {
    env: { ...env, ERRORS: "/dev/null" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let rssMb = 0;
  const timer = setInterval(() => {
    try {
      const [child] = readFileSync(`/proc/${shell.pid}/task/${shell.pid}/children`, "utf8").split(" ");
      const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, "utf8"));
      if (peak !== null) rssMb = Number(peak[1]) / 1024;
    } catch {
      // The process has ended between two looks.
    }
  }, 20);
  let text = "";
  shell.stdout.on("data", (chunk) => (text += chunk));
  const [code] = await once(shell, "close");
  clearInterval(timer);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}`);
  const seconds = [...text.trim().split("\n")[1].matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest));
  return { cpuSeconds: seconds[0] + seconds[1], rssMb };
}

function report({ total, pageSize, programs, results }) {
  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
  const rates = results.map((runs) => total / median(runs.map(({ cpuSeconds }) => cpuSeconds)));
  process.stdout.write(`\n${total} records, ${pageSize} a page, Node ${process.version}, medians of ${repetitions}, load ${loadavg()[0].toFixed(1)}\n`);
  for (const [index, { name }] of programs.entries()) {
    const cpu = median(results[index].map(({ cpuSeconds }) => cpuSeconds)).toFixed(2);
    const rss = Math.max(...results[index].map(({ rssMb }) => rssMb)).toFixed(0);
    const ratio = (rates[0] / rates[index]).toFixed(2);
    process.stdout.write(`| ${name} | ${cpu} | ${Math.round(rates[index] / 1000)},000 | ${ratio} | ${rss} MB |\n`);
  }
}
