// Every way of paging under every fault, the executable of tap-rest-ts over real HTTP: each record exactly once, or a named
// error, exit 1 and no bookmark; never a green run with fewer records. `--count N` takes only N cases, from `--seed S` on.
import { parseArgs } from "node:util";

const support = "../../../tap-rest-ts/dist/testing";
const { RECORD_COUNT, styles } = await import(`${support}/paged-api.test.support.js`);
const { firstPageAgain, lasting, once, passing } = await import(`${support}/page-faults.test.support.js`);
const { readPaged } = await import(`${support}/read-paged.test.support.js`);

const { values } = parseArgs({
  options: { seed: { type: "string", default: "1" }, count: { type: "string" } },
});

const cases = Object.keys(styles).flatMap((style) => [
  ...Object.entries(passing).map(([what, fault]) => ({ style, what: `${what}, once`, fault: once(fault) })),
  ...Object.entries(lasting).map(([what, [code, fault]]) => ({ style, what, fault, code: new RegExp(`\\(${code}\\)`) })),
  ...(style === "none" ? [] : [{ style, what: "the first page again", fault: firstPageAgain, code: /E_PAGE_LOOP|E_OFFSET_MAX/ }]),
]);

/** What is wrong with a run; undefined when nothing is. */
function problem({ style, code }, run) {
  const ids = run.records(style).map(({ id }) => Number(id));
  const bookmark = run.state?.bookmarks?.[style]?.replication_key_value;
  if (code === undefined) {
    if (run.code !== 0) return `exit ${run.code}: ${run.stderr}`;
    if (ids.length !== RECORD_COUNT || new Set(ids).size !== RECORD_COUNT) return `${ids.length} records`;
    return bookmark === RECORD_COUNT - 1 ? undefined : `bookmark ${bookmark}`;
  }
  if (run.code !== 1) return `exit ${run.code} with ${ids.length} records`;
  if (!code.test(run.stderr)) return `not ${code}: ${run.stderr}`;
  return bookmark === undefined ? undefined : `bookmark ${bookmark}`;
}

let passed = 0;
let failed = 0;
const seed = Number(values.seed);
const count = Math.min(cases.length, Number(values.count ?? cases.length));
for (let index = 0; index < count; index++) {
  const place = (seed - 1 + index) % cases.length;
  const one = cases[place];
  const found = problem(one, await readPaged([one.style], one.fault, { request_timeout_seconds: 2, max_tries: 2 }));
  if (found === undefined) passed += 1;
  else {
    failed += 1;
    process.stdout.write(`failed: style ${one.style}, ${one.what}: ${found}\nreplay: pnpm soak rest-faults --seed ${place + 1} --count 1\n`);
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
