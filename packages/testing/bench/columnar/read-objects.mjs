// The plain program to compare with: stdin → readline → JSON.parse, nothing built. Prints rows and CPU seconds.
import { createInterface } from "node:readline";

let rows = 0;
for await (const line of createInterface({ input: process.stdin })) {
  if (JSON.parse(line).type === "RECORD") rows++;
}
const { user, system } = process.cpuUsage();
process.stdout.write(`${JSON.stringify({ rows, cpuSeconds: (user + system) / 1e6, rssMb: process.resourceUsage().maxRSS / 1024 })}\n`);
