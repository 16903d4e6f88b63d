// The whole sample pipeline, twice: what comes first fills the tables, what comes then adds nothing.
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { startSamples } from "../../../pipeline/dist/samples.js";
import { readFacts, root, run } from "./process.mjs";

/** Gives `[name, problems]` of every check. */
export async function* checkPipeline(place, folder, lap) {
  const [samples, facts] = await Promise.all([startSamples(), readFacts()]);
  try {
    const project = join(folder, "project");
    mkdirSync(project);
    for (const name of ["meltano.yml", "schemas"]) symlinkSync(join(root, name), join(project, name));
    const env = { ...samples.env, ...place.env };
    for (const turn of ["first run", "second run"]) {
      const { code, stdout, stderr } = await run("pipeline/dist/start.js", [], { cwd: project, env }).result;
      yield [`${turn} ends well`, code === 0 ? [] : [`exit code ${code}`, ...stderr.split("\n").slice(0, 3), stdout.slice(-400)]];
      yield [`${turn} matches`, /\b75 of 75 streams match/.test(stdout) ? [] : [stdout.slice(-200)]];
      lap(turn);
      for (const table of facts) yield [`${turn}, ${table.name}`, await differences(place, table)];
      lap(`${turn}: Spark's counts and sums`);
    }
  } finally {
    await samples.close();
  }
}

/** A decimal without the zeros that end it. */
function plain(number) {
  return String(number).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}

/** Where Spark's counts, nulls, sums and lengths of a table differ from the generator's. */
async function differences({ query, catalog, schema }, { name, rows, columns }) {
  const asked = columns.flatMap((column, index) => {
    const quoted = `\`${column.name}\``;
    const value =
      column.bytes !== null ? `sum(octet_length(${quoted}))` : column.sum !== null ? `sum(CAST(${quoted} AS DECIMAL(38,10)))` : "NULL";
    return [`CAST(count_if(${quoted} IS NULL) AS STRING) AS n${index}`, `CAST(${value} AS STRING) AS s${index}`];
  });
  let answer;
  try {
    [answer] = await query(`SELECT CAST(count(*) AS STRING) AS rows_found, ${asked.join(", ")} FROM \`${catalog}\`.\`${schema}\`.\`${name}\``);
  } catch (error) {
    return [String(error.response?.errorMessage ?? error).slice(0, 200)];
  }
  const problems = Number(answer.rows_found) === rows ? [] : [`${answer.rows_found} rows, expected ${rows}`];
  columns.forEach((column, index) => {
    const expected = column.bytes ?? column.sum;
    const found = answer[`s${index}`];
    const isSame = expected === null ? true : plain(expected) === plain(found ?? "0");
    if (Number(answer[`n${index}`]) !== column.nulls || !isSame)
      problems.push(`${column.name}: ${answer[`n${index}`]} nulls, ${found}; expected ${column.nulls}, ${expected}`);
  });
  return problems;
}
