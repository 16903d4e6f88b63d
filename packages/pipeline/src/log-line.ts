/** One log line of a tap or target, as far as the pipeline cares. */
export type LogLine =
  | { readonly type: "problem"; readonly text: string }
  | { readonly type: "rows"; readonly stream: string; readonly count: number }
  | { readonly type: "other" };

/** Levels that a person must see even when all they asked for is a result. */
const problemLevels = new Set(["warning", "warn", "error", "critical", "fatal"]);

/** Reads a JSON log line (Meltano's shape); a plain line is something that a person must see. */
export function parseLogLine(line: string): LogLine {
  const record = parseObject(line);
  if (record === undefined)
    return line.trim() === "" ? { type: "other" } : { type: "problem", text: line };
  if (problemLevels.has(String(record["level"]).toLowerCase())) {
    return { type: "problem", text: String(record["message"]) };
  }
  return parseMetric(record) ?? { type: "other" };
}

function parseMetric(record: Readonly<Record<string, unknown>>): LogLine | undefined {
  const info = record["metric_info"];
  if (!isObject(info) || info["metric"] !== "record_count") return undefined;
  const tags = info["tags"];
  const stream = isObject(tags) ? String(tags["stream"]) : "";
  return { type: "rows", stream, count: Number(info["value"]) };
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
