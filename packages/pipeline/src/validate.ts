import { withSources } from "./environment.ts";
import { main } from "./main.ts";
import { readPipes } from "./project.ts";
import { verifySources } from "./verify.ts";

/** Compares every source with its Delta tables, without writing anything. */
await main(() =>
  withSources(process.env, async (environment) =>
    verifySources(await readPipes(process.cwd(), environment), environment, process.cwd()),
  ),
);
