import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, chromium] = process.argv.slice(2);
const executable = resolve(import.meta.dirname, "../../../target-delta-ts/dist/cli.js");
const report = join(folder, "report.html");
let passed = 0;
let failed = 0;

async function check(name, run) {
  try {
    await run();
    passed += 1;
    process.stdout.write(`ok: ${name}\n`);
  } catch (error) {
    failed += 1;
    process.stdout.write(`failed: ${name}: ${error.stack}\n`);
  }
}

/** Two loads: the second adds a column and has a record that is rejected. */
function makeReport() {
  const config = join(folder, "config.json");
  writeFileSync(config, JSON.stringify({ path: folder, max_rejects: 5, batch_size_rows: 50 }));
  const row = (record) => JSON.stringify({ type: "RECORD", stream: "orders", record });
  const schema = (properties) =>
    JSON.stringify({ type: "SCHEMA", stream: "orders", schema: { properties }, key_properties: ["id"] });
  const id = { type: "integer" };
  const rows = (first, end) => Array.from({ length: end - first }, (_, index) => ({ id: first + index }));
  const first = [schema({ id }), ...rows(0, 10).map(row)];
  const second = [schema({ id, city: { type: "string" } }), ...rows(10, 210).map(row), row({ id: "none" })];
  for (const [lines, code] of [[first, 0], [second, 3]]) {
    const result = spawnSync(process.execPath, [executable, "--config", config, "--report", report], {
      input: lines.map((line) => `${line}\n`).join(""),
      encoding: "utf8",
    });
    assert.equal(result.status, code, result.stderr);
  }
}

/** The DevTools address of a browser that shows nothing yet. */
async function openBrowser() {
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--window-size=1200,900"];
  const browser = spawn(chromium, [...flags, `--user-data-dir=${join(folder, "profile")}`, "about:blank"]);
  let text = "";
  const address = await new Promise((found, failure) => {
    browser.on("error", failure);
    browser.on("exit", () => failure(new Error(`chromium ended: ${text}`)));
    browser.stderr.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
      const [, port] = /ws:\/\/127\.0\.0\.1:(\d+)\//.exec(text) ?? [];
      if (port !== undefined) found(`http://127.0.0.1:${port}`);
    });
  });
  return { browser, address };
}

/** A page of the browser: calls of its protocol, and the addresses that it asks for. */
async function openPage(address) {
  const pages = await (await fetch(`${address}/json/list`)).json();
  const socket = new WebSocket(pages.find(({ type }) => type === "page").webSocketDebuggerUrl);
  await new Promise((opened) => socket.addEventListener("open", opened));
  const waiting = new Map();
  const requested = [];
  let loaded;
  const isLoaded = new Promise((done) => (loaded = done));
  socket.addEventListener("message", ({ data }) => {
    const { id, result, method, params } = JSON.parse(data);
    if (id !== undefined) waiting.get(id)?.(result);
    if (method === "Network.requestWillBeSent") requested.push(params.request.url);
    if (method === "Page.loadEventFired") loaded();
  });
  let last = 0;
  const call = (method, params = {}) =>
    new Promise((answer) => {
      last += 1;
      waiting.set(last, answer);
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  return { call, requested, isLoaded };
}

const LOOK = `(() => {
  const box = (selector) => { const { width, height, right } = document.querySelector(selector).getBoundingClientRect(); return { width, height, right }; };
  const cells = [...document.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell) => cell.innerText));
  const heads = [...document.querySelectorAll("th")].map((head) => head.innerText);
  return JSON.stringify({ chart: box("polyline"), table: box("table"), title: document.title, heads, cells,
    width: document.documentElement.clientWidth, scroll: document.documentElement.scrollWidth,
    bad: getComputedStyle(document.querySelector(".bad")).color, text: document.body.innerText });
})()`;

makeReport();
const { browser, address } = await openBrowser();
try {
  const { call, requested, isLoaded } = await openPage(address);
  await call("Network.enable");
  await call("Page.enable");
  await call("Page.navigate", { url: pathToFileURL(report).href });
  await isLoaded;
  const { result } = await call("Runtime.evaluate", { expression: LOOK });
  const seen = JSON.parse(result.value);

  await check("T46: the page asks for itself and for nothing else", () => {
    assert.deepEqual(requested, [pathToFileURL(report).href]);
  });
  await check("T46: the chart of rows over time is drawn", () => {
    assert.ok(seen.chart.width > 600 && seen.chart.height > 50, JSON.stringify(seen.chart));
  });
  await check("T46: each stream has its counts, and what was rejected stands out", () => {
    const row = Object.fromEntries(seen.heads.map((head, index) => [head, seen.cells[0][index]]));
    const expected = { Stream: "orders", Received: "200", Loaded: "200", Rejected: "1", Schema: "added city" };
    for (const [head, value] of Object.entries(expected)) assert.equal(row[head], value, head);
    assert.equal(row["Rows in table"], "210");
    assert.equal(seen.bad, "rgb(204, 34, 34)");
  });
  await check("T46: the page is no wider than the window", () => {
    assert.ok(seen.scroll <= seen.width, `${seen.scroll} of ${seen.width}`);
    assert.match(seen.text, /records were rejected/);
  });
} finally {
  browser.kill("SIGKILL");
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
