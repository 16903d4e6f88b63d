import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { repository } from "./project-folder.ts";

interface SqlType {
  readonly name: string;
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly isClr: boolean;
}
type Schema = Readonly<Record<string, unknown>>;
interface Modules {
  readonly schemaOfColumn: (
    column: { type: SqlType; isNullable: boolean },
    format: object,
  ) => Schema;
  readonly parseColumns: (schema: Schema) => readonly { readonly type: object }[];
  readonly stringifyJson: (value: unknown) => string;
  readonly tableColumns: (
    stream: string,
    columns: readonly object[],
  ) => { readonly schema: { readonly fields: readonly { readonly type: string }[] } };
}

/** What the three packages make of a type, by their files: not all of it is public. */
async function loadModules(): Promise<Modules> {
  const files = [
    "tap-mssql-ts/src/type/column-schema.ts",
    "singer-sdk-ts/src/index.ts",
    "target-delta-ts/src/table-columns.ts",
  ];
  const loaded = await Promise.all(files.map((file) => import(join(repository, "packages", file))));
  return Object.assign({}, ...loaded) as Modules;
}

/** `decimal(19,4)`, `nvarchar(50)`, `varchar(max)`, `datetime2(7)`, `int`. */
function sqlType(text: string): SqlType {
  const [, name = "", arguments_ = ""] = /^(\w+)(?:\((.+)\))?$/.exec(text) ?? [];
  const [first = 0, second = 0] = arguments_
    .split(",")
    .map((part) => (part === "max" ? -1 : Number(part)));
  const isSized = /char$|binary$/.test(name);
  const isDecimal = name === "decimal" || name === "numeric";
  return {
    name,
    length: isSized ? first : 0,
    precision: isDecimal ? first : 0,
    scale: isDecimal ? second : first,
    isClr: false,
  };
}

const format = { decimals: "number", binary: "base64", datesAsDateTime: false };

test("the table of types says what tap, SDK and target make of each", async () => {
  const { schemaOfColumn, parseColumns, stringifyJson, tableColumns } = await loadModules();
  const page = readFileSync(join(repository, "docs", "type-mapping.md"), "utf8");
  const rows = [...page.matchAll(/^\| `(\w+(?:\([^)]*\))?)` \| .*$/gm)];

  const expected = rows.map(([, text = ""]) => {
    const property = schemaOfColumn({ type: sqlType(text), isNullable: false }, format);
    const { "x-sql-datatype": sqlDatatype, ...keywords } = property;
    const columns = parseColumns({ type: "object", properties: { value: property } });
    const delta = tableColumns("stream", columns).schema.fields[0]?.type;
    const cells = [sqlDatatype, stringifyJson(keywords), stringifyJson(columns[0]?.type), delta];
    return `| ${cells.map((cell) => `\`${String(cell)}\``).join(" | ")} |`;
  });

  expect(rows.map(([row]) => row)).toEqual(expected);
});

test("every type that the tap holds to a golden file is in the table", () => {
  const page = readFileSync(join(repository, "docs", "type-mapping.md"), "utf8");
  const names = new Set([...page.matchAll(/^\| `(\w+)/gm)].map(([, name]) => name));
  const folder = join(repository, "packages/tap-mssql-ts/src/testing/golden");

  const golden = readdirSync(folder).map((file) => file.replace(/(?:-\w+)*\.json$/, ""));

  expect(golden.filter((name) => !names.has(name))).toEqual([]);
});
