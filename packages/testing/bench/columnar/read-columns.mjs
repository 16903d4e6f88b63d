// stdin → Arrow batches with statistics, which are dropped. Prints rows and CPU seconds.
import { ColumnarReader } from "singer-sdk-ts/columnar";

const reader = new ColumnarReader(process.stdin, {
  batchRows: 131_072,
  batchBytes: 256 * 2 ** 20,
  maxRecordBytes: 64 * 2 ** 20,
  rejects: "error",
});
let rows = 0;
for (let event = await reader.next(); event !== undefined; event = await reader.next()) {
  if (event.type === "rows") rows += event.batch.rowCount;
}
const { user, system } = process.cpuUsage();
process.stdout.write(`${JSON.stringify({ rows, cpuSeconds: (user + system) / 1e6, rssMb: process.resourceUsage().maxRSS / 1024 })}\n`);
