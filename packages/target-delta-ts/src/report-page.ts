import type { RunReport, StreamReport } from "./report.ts";

const CHART_WIDTH = 720;
const CHART_HEIGHT = 140;

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 90rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.5rem; } dt { opacity: .7; } dd { margin: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid #8884; text-align: left; white-space: nowrap; }
.number { text-align: right; } .bad { color: #c22; font-weight: 600; }
svg { width: 100%; height: auto; } polyline { fill: none; stroke: #27c; stroke-width: 2; }
line { stroke: #8888; } text { fill: currentColor; font-size: 11px; opacity: .7; }
`;

/** The page of a run: one HTML file that needs nothing else, no script and no network. */
export function reportPage(report: RunReport): string {
  const { pipeline, runId, outcome, startedMs, finishedMs, streams } = report;
  const received = sum(streams.map((stream) => stream.received));
  const rejected = sum(streams.map((stream) => stream.rejected));
  const seconds = (finishedMs - startedMs) / 1000;
  const facts: readonly (readonly [string, string])[] = [
    ["Outcome", outcome],
    ["Pipeline", pipeline],
    ["Run", runId],
    ["Started", new Date(startedMs).toISOString()],
    ["Took", `${seconds.toFixed(1)} s`],
    ["Streams", count(streams.length)],
    ["Records received", count(received)],
    ["Records rejected", count(rejected)],
    ["Records a second", count(Math.round(received / Math.max(seconds, 0.001)))],
  ];
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ingestion report: ${escape(pipeline)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Ingestion report</h1>
<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escape(value)}</dd>`).join("")}</dl>
<h2>Rows committed over time</h2>
${chart(report)}
<h2>Streams</h2>
<div class="wide"><table>
<thead><tr><th>Stream</th><th>Method</th>${numberHeads}<th>Schema</th></tr></thead>
<tbody>
${streams.map(streamRow).join("\n")}
</tbody>
</table></div>
</body>
</html>
`;
}

/** Places of the numbers that may say that something is wrong. */
const WRITTEN = 0;
const REJECTED = 4;

const numberHeads = [
  "Written by source",
  "Received",
  "Loaded",
  "Deleted",
  "Rejected",
  "Rows in table",
  "Version",
  "Commits",
  "Files",
  "MB",
]
  .map((head) => `<th class="number">${head}</th>`)
  .join("");

function streamRow({
  stream,
  method,
  written,
  differs,
  received,
  rejected,
  table,
}: StreamReport): string {
  const commits = table?.commits ?? [];
  const numbers = [
    count(written),
    count(received),
    table === undefined ? "" : count(sum(commits.map(({ rows }) => rows))),
    table === undefined ? "" : count(sum(commits.map(({ deleted }) => deleted))),
    count(rejected),
    count(table?.rows),
    count(table?.version),
    table === undefined ? "" : count(commits.length),
    count(table?.files),
    table === undefined ? "" : (table.bytes / 1e6).toFixed(1),
  ];
  const cells = numbers.map((number, index) => {
    const isBad = (index === REJECTED && rejected > 0) || (index === WRITTEN && differs);
    return `<td class="number${isBad ? " bad" : ""}">${number}</td>`;
  });
  return `<tr><td>${escape(stream)}</td><td>${escape(method)}</td>${cells.join("")}<td>${escape(schemaText(table))}</td></tr>`;
}

function schemaText(table: StreamReport["table"]): string {
  if (table === undefined || table.commits.length === 0) return "";
  if (table.addedColumns === undefined) return "table made";
  return table.addedColumns.length === 0 ? "" : `added ${table.addedColumns.join(", ")}`;
}

/** Rows of all commits, added up over the seconds of the run. */
function chart({ streams, startedMs, finishedMs }: RunReport): string {
  const commits = streams
    .flatMap(({ table }) => table?.commits ?? [])
    .toSorted((a, b) => a.atMs - b.atMs);
  const total = sum(commits.map(({ rows }) => rows));
  if (total === 0) return "<p>No rows were committed.</p>";
  const spanMs = Math.max(finishedMs - startedMs, 1);
  let rows = 0;
  const points = [`0,${CHART_HEIGHT}`];
  const x = (atMs: number): string =>
    (Math.min(Math.max((atMs - startedMs) / spanMs, 0), 1) * CHART_WIDTH).toFixed(1);
  const y = (): string => (CHART_HEIGHT - (rows / total) * CHART_HEIGHT).toFixed(1);
  for (const commit of commits) {
    points.push(`${x(commit.atMs)},${y()}`);
    rows += commit.rows;
    points.push(`${x(commit.atMs)},${y()}`);
  }
  points.push(`${CHART_WIDTH},${y()}`);
  return `<svg viewBox="-8 -16 ${CHART_WIDTH + 16} ${CHART_HEIGHT + 36}" role="img" aria-label="Rows committed over time">
<line x1="0" y1="${CHART_HEIGHT}" x2="${CHART_WIDTH}" y2="${CHART_HEIGHT}"/>
<polyline points="${points.join(" ")}"/>
<text x="0" y="-4">${count(total)} rows</text>
<text x="${CHART_WIDTH}" y="${CHART_HEIGHT + 16}" text-anchor="end">${(spanMs / 1000).toFixed(1)} s</text>
</svg>`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function count(number: number | undefined): string {
  return number === undefined ? "" : number.toLocaleString("en-US");
}

/** Names come from the source: none of them becomes markup. */
function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
