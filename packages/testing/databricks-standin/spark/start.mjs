// Starts the stand-in and prints one JSON line with the variables of its clients: node start.mjs FOLDER
import { resolve } from "node:path";
import { startStandIn } from "./stand-in.mjs";

const standIn = await startStandIn(resolve(process.argv[2] ?? "."));
process.stdout.write(`${JSON.stringify(standIn.env)}\n`);
for (const signal of ["SIGTERM", "SIGINT"])
  process.once(signal, () => {
    void standIn.close().then(() => process.exit(0));
  });
