import { join } from "node:path";
import type { PipelineEnvironment } from "./environment.ts";
import { parseLogLine } from "./log-line.ts";
import { claimOutput } from "./output.ts";
import { runPipe } from "./pipe.ts";
import { Progress } from "./progress.ts";
import type { Pipe } from "./project.ts";

/** How the load of one source ended. Rows of a stream that ended in error are counted as far as they were read. */
export interface LoadResult {
  readonly name: string;
  readonly isComplete: boolean;
  readonly streams: number;
  readonly rows: number;
  readonly seconds: number;
}

/** Loads one source into its tables. A failure is told on stderr and in the result; it never stops the other source. */
export async function loadSource(
  pipe: Pipe,
  { env, identities }: PipelineEnvironment,
  root: string,
): Promise<LoadResult> {
  const started = performance.now();
  const isElsewhere = pipe.destination !== pipe.output;
  const identity = identities[pipe.name];
  // A bookmark counts for the tables it was made with, too.
  await claimOutput(
    join(root, pipe.output),
    isElsewhere ? `${identity} for ${pipe.destination}` : identity,
  );

  const progress = new Progress(pipe.name);
  const { tapCode, targetCode } = await runPipe(pipe, {
    root,
    env,
    mode: "load",
    onLog: (text) => {
      const line = parseLogLine(text);
      if (line.type === "problem") progress.tell(line.text);
      if (line.type === "rows") progress.count(line.stream, line.count);
    },
  });
  progress.end();
  return {
    name: pipe.name,
    isComplete: tapCode === 0 && targetCode === 0,
    streams: progress.streamCount,
    rows: progress.rowCount,
    seconds: (performance.now() - started) / 1000,
  };
}
