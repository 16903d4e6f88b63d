import { UserError } from "singer-sdk-ts";

/** What a file's name may tell. */
export interface FileFacts {
  readonly stream: string;
  readonly startedMs: number;
  readonly runId: string;
  /** Counts the files of one stream in a run from 1. */
  readonly number: number;
}

const PLACEHOLDERS =
  "{stream}, {timestamp}, {date}, {year}, {month}, {day}, {hour}, {run} and {number}";

/**
 * The path of a Parquet file below its table's folder, by a template: `/` makes folders, `.parquet` is added. Times are
 * those of the start of the run, UTC. Throws E_SETTING for a placeholder that nobody knows, and for paths that lead out.
 */
export function fileName(template: string, facts: FileFacts): string {
  const time = new Date(facts.startedMs).toISOString();
  const values: Readonly<Record<string, string>> = {
    stream: facts.stream.replaceAll(/[^\p{L}\p{M}\p{N}_.-]/gu, "_"),
    timestamp: time.replaceAll(/[-:]|\.\d+/g, ""),
    date: time.slice(0, 10),
    year: time.slice(0, 4),
    month: time.slice(5, 7),
    day: time.slice(8, 10),
    hour: time.slice(11, 13),
    run: facts.runId,
    number: String(facts.number).padStart(5, "0"),
  };
  const path = template.replaceAll(/\{(\w*)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) throw templateError(`has the unknown placeholder ${placeholder}`);
    return value;
  });
  const segments = path.replace(/\.parquet$/, "").split("/");
  const isHidden = segments.some((segment) => segment === "" || /^[._]/.test(segment));
  if (isHidden) throw templateError(`gives the path "${path}"`);
  return `${segments.join("/")}.parquet`;
}

function templateError(problem: string): UserError {
  return new UserError("E_SETTING", `setting \`file_naming_scheme\` ${problem}`, {
    hint: `use ${PLACEHOLDERS}, and "/" between folders whose names begin with neither "." nor "_"`,
  });
}
