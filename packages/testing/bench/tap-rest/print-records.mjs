// The least that a tap has to do: download every page with undici, JSON.parse it, print its records as Singer lines.
// node print-records.mjs URL PAGE_SIZE STREAM…
import { once } from "node:events";
import { Agent, request } from "undici";

const [url, pageSize, ...streams] = process.argv.slice(2);
const dispatcher = new Agent();
for (const stream of streams) {
  for (let offset = 0; ; offset += Number(pageSize)) {
    const { body } = await request(`${url}/${stream}?offset=${offset}&limit=${pageSize}`, { dispatcher });
    const { data, total } = await body.json();
    const lines = data.map((record) => JSON.stringify({ type: "RECORD", stream, record }));
    if (!process.stdout.write(`${lines.join("\n")}\n`)) await once(process.stdout, "drain");
    if (offset + data.length >= total) break;
  }
}
await dispatcher.close();
