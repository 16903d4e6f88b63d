import type { PipelineEnvironment } from "./environment.ts";
import { parseLogLine } from "./log-line.ts";
import { runPipe } from "./pipe.ts";
import type { Pipe } from "./project.ts";
import { parseVerification, type Verification, verificationTable } from "./verification.ts";

/**
 * Reads every source again, whole, and compares it with its Delta tables: rows, and a checksum over every value.
 * Prints the table and returns the exit code: 0 when all match, 3 when a stream differs, 1 when a source can't be read.
 */
export async function verifySources(
  pipes: readonly Pipe[],
  { env }: PipelineEnvironment,
  root: string,
): Promise<0 | 1 | 3> {
  const rows: Verification[] = [];
  let isComplete = true;
  for (const pipe of pipes) {
    const { tapCode, targetCode, lines } = await runPipe(pipe, {
      root,
      env,
      mode: "verify",
      onLog: (text) => {
        const line = parseLogLine(text);
        if (line.type === "problem") process.stderr.write(`${pipe.name}: ${line.text}\n`);
      },
    });
    const streams = lines.map(parseVerification);
    rows.push(...streams);
    const isRead = tapCode === 0 && (targetCode === 0 || targetCode === 3) && streams.length > 0;
    if (!isRead) isComplete = false;
  }
  const matching = rows.filter((row) => row.match).length;
  process.stdout.write(
    `${verificationTable(rows)}\n\n${matching} of ${rows.length} streams match\n`,
  );
  if (!isComplete) return 1;
  return matching === rows.length ? 0 : 3;
}
