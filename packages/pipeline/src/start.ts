import { withSources } from "./environment.ts";
import { type LoadResult, loadSource } from "./load.ts";
import { main } from "./main.ts";
import { readPipes } from "./project.ts";
import { verifySources } from "./verify.ts";

/** The main job: every source into its Delta tables, one after the other, then the comparison of both sides. */
await main(() =>
  withSources(process.env, async (environment) => {
    const pipes = await readPipes(process.cwd(), environment);
    let areLoaded = true;
    for (const pipe of pipes) {
      process.stdout.write(
        `${pipe.name}: ${environment.identities[pipe.name]} → ${pipe.destination}\n`,
      );
      const result = await loadSource(pipe, environment, process.cwd());
      process.stdout.write(`${summary(result)}\n`);
      areLoaded &&= result.isComplete;
      if (process.exitCode !== undefined) return 1;
    }
    process.stdout.write("\n");
    const code = await verifySources(pipes, environment, process.cwd());
    return areLoaded ? code : 1;
  }),
);

function summary({ name, isComplete, streams, rows, seconds }: LoadResult): string {
  const outcome = isComplete ? "loaded" : "FAILED";
  return `${name}: ${outcome}, ${streams} streams, ${rows.toLocaleString("en-US")} rows, ${seconds.toFixed(1)} s`;
}
