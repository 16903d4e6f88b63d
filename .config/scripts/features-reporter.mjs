import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";

/** Goal rows by their letter: the runtime, the SQL Server tap, the REST tap, the Delta target. */
const groups = [
  { letter: "P", title: "Protocol and runtime", count: 32 },
  { letter: "S", title: "SQL Server extraction", count: 77 },
  { letter: "R", title: "REST extraction", count: 72 },
  { letter: "T", title: "Parquet, Delta and Databricks loading", count: 48 },
];

/** What stood on the other side of a package's tests. */
const otherSides = [
  { path: "packages/tap-mssql-ts/", state: "run on our double" },
  { path: "packages/tap-rest-ts/", state: "run on our double" },
  { path: "packages/target-delta-ts/src/databricks/", state: "run on our double" },
  { path: "", state: "run" },
];

/** Lanes that need servers of their own leave the names of their checks here when all of them passed. */
const lanes = [{ path: "packages/testing/e2e/stores", proved: ".interop/stores/proved.json" }];

/** What a test's title says when only a real server could prove the row. */
const neverRun = "written, never run";

/**
 * Jest reporter: writes docs/features.md from the tests that name a goal row in their title (`S21: …`), passed, and
 * asserted something; an empty test proves nothing. What a lane proved with servers of its own counts, too. Used by `pnpm features`, which runs everything.
 */
export default class FeaturesReporter {
  #rootDir;
  #proofs = new Map();

  constructor({ rootDir }) {
    this.#rootDir = rootDir;
    for (const { path, proved } of lanes) {
      if (!existsSync(`${rootDir}/${proved}`)) throw new Error(`run ${path}/run first: the page names what it proves`);
    }
  }

  onTestResult(_test, { testFilePath, testResults }) {
    const file = relative(this.#rootDir, testFilePath);
    for (const { fullName, title, status, numPassingAsserts } of testResults) {
      if (status === "passed" && numPassingAsserts > 0) this.#add(fullName, { file, title });
    }
  }

  #add(name, proof) {
    // One id or several, by commas or spaces, before the colon.
    for (const [id] of name.matchAll(/\b[PSRT]\d{1,2}\b(?=(?:,? [A-Z]\d{1,2})*[,:])/g)) {
      if (!this.#proofs.has(id)) this.#proofs.set(id, []);
      this.#proofs.get(id).push(proof);
    }
  }

  onRunComplete(_contexts, { numFailedTests }) {
    if (numFailedTests > 0) return;
    for (const { path, proved } of lanes) {
      const titles = JSON.parse(readFileSync(`${this.#rootDir}/${proved}`, "utf8"));
      for (const title of titles) this.#add(title, { file: path, title });
    }
    writeFileSync(`${this.#rootDir}/docs/features.md`, this.#page());
  }

  #page() {
    const head = [
      "# Features, row by row",
      "",
      "Written by `pnpm features` from a whole test run. A row is here when a test names it, passed, and asserted something.",
      "*run*: against the real thing; *run on our double*: against a server of ours that speaks the real protocol;",
      "*written, never run*: all its tests say so in their titles, since only a real server, cloud or directory can prove it.",
      "",
    ];
    return [...head, ...groups.flatMap((group) => this.#section(group))].join("\n");
  }

  #section({ letter, title, count }) {
    const ids = Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
    const proved = ids.filter((id) => this.#proofs.has(id));
    const rows = proved.map((id) => `| ${id} | ${stateOf(this.#proofs.get(id))} | ${namesOf(this.#proofs.get(id))} |`);
    const open = ids.filter((id) => !this.#proofs.has(id));
    return [
      `## ${title}`,
      "",
      "| row | state | proved by |",
      "|---|---|---|",
      ...rows,
      "",
      ...(open.length === 0 ? [] : [`No test names these yet: ${open.join(", ")}.`, ""]),
    ];
  }
}

function stateOf(proofs) {
  const isUnproven = ({ title }) => title.includes(neverRun);
  if (proofs.every(isUnproven)) return neverRun;
  const proving = proofs.filter((proof) => !isUnproven(proof));
  const states = proving.map(({ file }) => otherSides.find(({ path }) => file.startsWith(path)).state);
  return states.includes("run") ? "run" : states[0];
}

/** Titles without their ids, each once, three at most. */
function namesOf(proofs) {
  const names = [...new Set(proofs.map(({ title }) => title.replace(/^(?:[A-Z]\d{1,2}[ ,:]*)+/, "")))];
  const shown = names.slice(0, 3).map((name) => name.replaceAll("|", "\\|"));
  return shown.join("; ") + (names.length > 3 ? `; and ${names.length - 3} more` : "");
}
