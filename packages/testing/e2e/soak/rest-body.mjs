// Is an answer of a gigabyte read in the memory of a small one? `pnpm soak rest-body [--count N]`: N times one answer of 64 MB and
// one of 1 GB through tap-rest-ts with stream_body; all records must come, and the peak memory must not grow with the answer.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";

const countIndex = process.argv.indexOf("--count");
const count = countIndex < 0 ? 1 : Number(process.argv[countIndex + 1]);
const tap = join(import.meta.dirname, "../../../tap-rest-ts/dist/cli.js");
const recordBytes = 256;
const batchRecords = 4096;
const peakMaxMb = 150;
const growthMaxMb = 20;

let passed = 0;
let failed = 0;
for (let round = 1; round <= count; round++) {
  const small = await measure(64);
  const large = await measure(1024);
  const isFlat = large.peakMb < peakMaxMb && large.peakMb - small.peakMb < growthMaxMb;
  const isWhole = [small, large].every(({ isWhole: isRunWhole, records, expected }) => isRunWhole && records === expected);
  const isGood = isWhole && isFlat;
  process.stdout.write(`round ${round}: 64 MB: ${describe(small)}; 1024 MB: ${describe(large)}; ${isGood ? "good" : "BAD"}\n`);
  if (isGood) passed++;
  else failed++;
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function describe({ records, expected, peakMb, seconds }) {
  return `${records} of ${expected} records, peak ${peakMb} MB, ${seconds.toFixed(1)} s`;
}

async function measure(sizeMb) {
  const batches = Math.round((sizeMb * 2 ** 20) / (recordBytes * batchRecords));
  const server = createServer((_request, response) => Readable.from(body(batches)).pipe(response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const folder = mkdtempSync(join(tmpdir(), "soak-rest-body-"));
  try {
    const config = join(folder, "config.json");
    writeFileSync(config, JSON.stringify(settings(server.address().port)));
    return { ...(await run(config)), expected: batches * batchRecords };
  } finally {
    rmSync(folder, { recursive: true });
    server.closeAllConnections();
    server.close();
  }
}

function settings(port) {
  const schema = { type: "object", properties: { id: { type: "integer" }, text: { type: "string" } } };
  const stream = { name: "items", records_path: "$.data[*]", primary_keys: ["id"], stream_body: true, schema };
  return { api_url: `http://127.0.0.1:${port}`, streams: [stream] };
}

/** An envelope around `batches` × `batchRecords` records of `recordBytes` each, their ids from 0 on. */
function* body(batches) {
  yield Buffer.from('{"data":[');
  for (let batch = 0; batch < batches; batch++) {
    const texts = Array.from({ length: batchRecords }, (_, index) => record(batch * batchRecords + index));
    yield Buffer.from(texts.join(""));
  }
  yield Buffer.from("]}");
}

function record(id) {
  const start = `${id === 0 ? " " : ","}{"id":${id},"text":"`;
  return `${start.padEnd(recordBytes - 2, "x")}"}`;
}

/** Runs the tap, counts its records without keeping them, and watches its peak resident memory. */
async function run(config) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [tap, "--config", config], { stdio: ["ignore", "pipe", "inherit"] });
  const watch = setInterval(() => (peakMb = Math.max(peakMb, peakOf(child.pid))), 50);
  let peakMb = 0;
  let lines = 0;
  let sum = 0;
  let rest = "";
  child.stdout.on("data", (chunk) => {
    const texts = (rest + chunk.toString("latin1")).split("\n");
    rest = texts.pop();
    for (const text of texts) {
      const id = /"record":\{"id":(\d+),/.exec(text)?.[1];
      if (id === undefined) continue;
      // Each id once, in order: the sum of what differs from the order is zero.
      sum += Math.abs(Number(id) - lines);
      lines++;
    }
  });
  const [code] = await once(child, "close");
  clearInterval(watch);
  return { records: lines, isWhole: code === 0 && sum === 0, peakMb, seconds: (performance.now() - startedAt) / 1000 };
}

function peakOf(pid) {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024);
  } catch {
    return 0;
  }
}
