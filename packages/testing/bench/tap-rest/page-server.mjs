// Serves AdventureWorks streams from pages made beforehand, so that no work of a server is in a measurement.
// node page-server.mjs PAGE_SIZE COPIES: the four streams, or SalesOrderDetail COPIES times when COPIES is above 1. Ends with its stdin.
import { once } from "node:events";
import { createServer } from "node:http";
import { generate, startApi } from "adventureworks";

const pageSize = Number(process.argv[2]);
const copies = Number(process.argv[3]);
const names =
  copies > 1 ? ["SalesOrderDetail"] : ["SalesOrderHeader", "SalesOrderDetail", "PurchaseOrderHeader", "PurchaseOrderDetail"];
const pages = new Map();
const counts = {};
const api = await startApi({ database: generate(), user: "reader", password: "none" });
for (const name of names) {
  const records = await readRecords(name);
  const total = records.length * copies;
  counts[name] = total;
  for (let offset = 0; offset <= total; offset += pageSize) pages.set(`/${name} ${offset}`, makePage(records, offset, total));
}
await api.close();

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  const page = pages.get(`${url.pathname} ${url.searchParams.get("offset") ?? 0}`);
  const body = page ?? Buffer.from('{"error":"no such page"}');
  response.writeHead(page === undefined ? 404 : 200, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1");
await once(server, "listening");
process.stdout.write(`${JSON.stringify({ port: server.address().port, counts })}\n`);
process.stdin.resume();
await once(process.stdin, "end");
server.closeAllConnections();
server.close();

/** The JSON texts of a stream's records, which hold no object of their own. */
async function readRecords(name) {
  const texts = [];
  const authorization = `Basic ${btoa("reader:none")}`;
  for (;;) {
    const response = await fetch(`${api.url}/${name}?offset=${texts.length}&limit=10000`, { headers: { authorization } });
    const body = await response.text();
    const data = body.slice(body.indexOf("[") + 1, body.lastIndexOf("]"));
    if (data === "") return texts;
    for (const text of data.slice(1, -1).split("},{")) texts.push(`{${text}}`);
  }
}

/** One page; the keys of each further copy of the records go on where the one before ended. */
function makePage(records, offset, total) {
  const texts = [];
  for (let index = offset; index < Math.min(total, offset + pageSize); index++) {
    const copy = Math.floor(index / records.length);
    const text = records[index % records.length];
    const raise = (_, key, id) => `${key}${Number(id) + copy * records.length}`;
    texts.push(copy === 0 ? text : text.replace(/("SalesOrder(?:Detail)?ID":)(\d+)/g, raise));
  }
  return Buffer.from(`{"data":[${texts.join(",")}],"total":${total}}`);
}
