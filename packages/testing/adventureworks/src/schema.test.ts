import { describe, expect, test } from "@jest/globals";
import { parseTables } from "./schema/definition.ts";
import { decimalScale, formatSqlType, parseSqlType, tableSchema, tables } from "./schema.ts";

describe("types", () => {
  test.each([
    ["int", { name: "int" }, undefined],
    ["nvarchar(max)", { name: "nvarchar", length: "max" }, undefined],
    ["nchar(3)", { name: "nchar", length: 3 }, undefined],
    ["decimal(8,2)", { name: "decimal", precision: 8, scale: 2 }, 2],
    ["datetime2(7)", { name: "datetime2", scale: 7 }, undefined],
    ["money", { name: "money" }, 4],
  ])("%s is read and written", (text, type, scale) => {
    expect(parseSqlType(text)).toEqual(type);
    expect(formatSqlType(parseSqlType(text))).toBe(text);
    expect(decimalScale(parseSqlType(text))).toBe(scale);
  });

  test.each(["", "integer", "int(4)", "decimal", "nvarchar(", "sysname"])("%j is none", (text) => {
    expect(() => parseSqlType(text)).toThrow(`not a SQL Server type: ${text}`);
  });
});

describe("tables", () => {
  test("there are 71, by schema", () => {
    const schemas = [...new Set(tables.map((table) => table.schema))];
    const countOf = (name: string) => tables.filter((table) => table.schema === name).length;

    expect(schemas.map((name) => [name, countOf(name)])).toEqual([
      ["dbo", 3],
      ["HumanResources", 6],
      ["Person", 13],
      ["Production", 25],
      ["Purchasing", 5],
      ["Sales", 19],
    ]);
  });

  test("every key, own or foreign, names columns that exist and pair up in type", () => {
    const problems = tables.flatMap((table) =>
      table.foreignKeys.flatMap((key) =>
        key.columns
          .filter((name, index) => {
            const own = table.columns.find((column) => column.name === name);
            const other = tableSchema(key.schema, key.table).columns.find(
              (column) => column.name === key.on[index],
            );
            return !own || !other || formatSqlType(own.type) !== formatSqlType(other.type);
          })
          .map((name) => `${table.name}.${name}`),
      ),
    );

    expect(problems).toEqual([]);
    expect(
      tables.filter(
        (table) => !table.primaryKey.every((key) => table.columns.some(({ name }) => name === key)),
      ),
    ).toEqual([]);
  });

  test("the notation carries alias types, identities, computed columns and foreign keys", () => {
    const [table] = parseTables(`
S.T rows 5 key A, B
  A int identity
  B nvarchar(50) null alias Name
  C money persisted as ISNULL([A] + 1, 0)
  references S.U by A, B on X, Y`);

    expect(table).toEqual({
      schema: "S",
      name: "T",
      rowCount: 5,
      primaryKey: ["A", "B"],
      columns: [
        { name: "A", type: { name: "int" }, nullable: false, identity: true },
        {
          name: "B",
          type: { name: "nvarchar", length: 50 },
          nullable: true,
          identity: false,
          aliasType: "Name",
        },
        {
          name: "C",
          type: { name: "money" },
          nullable: false,
          identity: false,
          computed: { expression: "ISNULL([A] + 1, 0)", persisted: true },
        },
      ],
      foreignKeys: [{ columns: ["A", "B"], schema: "S", table: "U", on: ["X", "Y"] }],
    });
  });

  test.each([
    ["S.T key A", "not the first line of a table: S.T key A"],
    ["S.T rows 1 key A\n  A", "not a column:   A"],
    ["S.T rows 1 key A\n  references U", "not a foreign key:   references U"],
  ])("%j is refused", (definition, message) => {
    expect(() => parseTables(definition)).toThrow(message);
  });

  test("a table that is not there is named", () => {
    expect(() => tableSchema("Sales", "Orders")).toThrow(
      "AdventureWorks has no table Sales.Orders",
    );
  });
});
