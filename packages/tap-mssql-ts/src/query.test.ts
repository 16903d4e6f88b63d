import { expect, test } from "@jest/globals";
import { type QueryColumn, quoteName, selectStatement } from "./query.ts";
import type { SqlType } from "./type/sql-type.ts";

function column(name: string, typeName: string, more: Partial<SqlType> = {}): QueryColumn {
  return {
    name,
    type: { name: typeName, length: 0, precision: 0, scale: 0, isClr: false, ...more },
  };
}

const id = column("ID", "int");
const modified = column("ModifiedDate", "datetime");

test("columns stand bare where the wire is exact, CLR values as their text", () => {
  const statement = selectStatement({
    schema: "Production",
    table: "Doc]ument",
    columns: [
      id,
      column("Node", "hierarchyid"),
      column("Place", "geography"),
      column("Shape", "Money3D", { isClr: true }),
      column("Payload", "json"),
    ],
  });

  expect(statement).toEqual({
    sql: "SELECT [ID], [Node].ToString() AS [Node], [Place].STAsText() AS [Place], [Shape].ToString() AS [Shape], CONVERT(nvarchar(max), [Payload]) AS [Payload] FROM [Production].[Doc]]ument]",
    parameters: {},
  });
});

test("a bookmark is compared in the column's own type", () => {
  const statement = selectStatement({
    schema: "Sales",
    table: "T",
    columns: [id, modified],
    bounds: [{ columns: [modified], values: ["2014-06-30T00:00:00.003Z"], operator: ">=" }],
    orderBy: [modified, id],
  });

  expect(statement).toEqual({
    sql: "SELECT [ID], [ModifiedDate] FROM [Sales].[T] WHERE [ModifiedDate] >= CONVERT(datetime, @p1, 126) ORDER BY [ModifiedDate], [ID]",
    parameters: { p1: { type: "text", value: "2014-06-30T00:00:00.003" } },
  });
});

test("a composite key is compared row-wise between its bounds", () => {
  const line = column("Line", "nvarchar", { length: 10 });
  const statement = selectStatement({
    schema: "dbo",
    table: "T",
    columns: [id, line],
    bounds: [
      { columns: [id, line], values: ["1", "a"], operator: ">" },
      { columns: [id, line], values: ["9", "z"], operator: "<=" },
    ],
    orderBy: [id, line],
  });

  expect(statement.sql).toBe(
    "SELECT [ID], [Line] FROM [dbo].[T] WHERE ([ID] > CONVERT(int, @p1) OR ([ID] = CONVERT(int, @p1) AND [Line] > CONVERT(nvarchar(10), @p2))) AND ([ID] < CONVERT(int, @p3) OR ([ID] = CONVERT(int, @p3) AND [Line] <= CONVERT(nvarchar(10), @p4))) ORDER BY [ID], [Line]",
  );
  expect(Object.values(statement.parameters).map(({ value }) => value)).toEqual([
    "1",
    "a",
    "9",
    "z",
  ]);
});

test("the largest key is the first row of the reverse order", () => {
  const statement = selectStatement({
    schema: "dbo",
    table: "T",
    columns: [id],
    orderBy: [id, modified],
    descending: true,
    rowsMax: 1,
  });

  expect(statement.sql).toBe(
    "SELECT TOP (1) [ID] FROM [dbo].[T] ORDER BY [ID] DESC, [ModifiedDate] DESC",
  );
});

test.each([
  ["bigint", {}, "9223372036854775807", "CONVERT(bigint, @p1)", "9223372036854775807"],
  ["decimal", { precision: 38, scale: 10 }, "1.5", "CONVERT(decimal(38,10), @p1)", "1.5"],
  ["money", {}, "1.5000", "CONVERT(money, @p1)", "1.5000"],
  ["bit", {}, "true", "CONVERT(bit, @p1)", "1"],
  ["float", {}, "0.1", "@p1", 0.1],
  ["date", {}, "2020-01-31T00:00:00Z", "CONVERT(date, @p1, 23)", "2020-01-31"],
  ["time", { scale: 7 }, "23:59:59.9999999", "CONVERT(time(7), @p1, 121)", "23:59:59.9999999"],
  [
    "datetime",
    {},
    "2020-01-31T01:02:03.007000+00:00",
    "CONVERT(datetime, @p1, 126)",
    "2020-01-31T01:02:03.007",
  ],
  ["datetime", {}, "2020-01-31 01:02:03", "CONVERT(datetime, @p1, 126)", "2020-01-31T01:02:03"],
  [
    "smalldatetime",
    {},
    "2020-01-31T01:02:00Z",
    "CONVERT(smalldatetime, @p1, 126)",
    "2020-01-31T01:02:00",
  ],
  [
    "datetime2",
    { scale: 7 },
    "2020-01-31T01:02:03.1234567-05:00",
    "CONVERT(datetime2(7), @p1, 126)",
    "2020-01-31T01:02:03.1234567",
  ],
  [
    "datetimeoffset",
    { scale: 7 },
    "2020-01-31T01:02:03.1234567-05:00",
    "CONVERT(datetimeoffset(7), @p1, 126)",
    "2020-01-31T01:02:03.1234567-05:00",
  ],
  [
    "uniqueidentifier",
    {},
    "6f9619ff-8b86-d011-b42d-00c04fc964ff",
    "CONVERT(uniqueidentifier, @p1)",
    "6f9619ff-8b86-d011-b42d-00c04fc964ff",
  ],
  ["timestamp", {}, "AAAAAAAAB9E=", "CONVERT(binary(8), @p1, 1)", "0x00000000000007D1"],
  ["varbinary", { length: 16 }, "0x01FF", "CONVERT(varbinary(16), @p1, 1)", "0x01FF"],
  ["char", { length: 3 }, "A  ", "CONVERT(char(3), @p1)", "A  "],
  ["hierarchyid", {}, "/1/2/", "CONVERT(hierarchyid, @p1)", "/1/2/"],
])("a key of type %s %j is bound for %s", (typeName, more, text, expression, value) => {
  const statement = selectStatement({
    schema: "dbo",
    table: "T",
    columns: [id],
    bounds: [{ columns: [column("k", typeName, more)], values: [text], operator: ">" }],
  });

  expect(statement.sql).toBe(`SELECT [ID] FROM [dbo].[T] WHERE [k] > ${expression}`);
  expect(statement.parameters["p1"]?.value).toBe(value);
});

test("closing brackets in names are doubled", () => {
  expect(quoteName("a]b[c")).toBe("[a]]b[c]");
});

test("a nullable bookmark lets rows without value through, and looks back in the column's type", () => {
  const statement = selectStatement({
    schema: "dbo",
    table: "T",
    columns: [id],
    bounds: [
      {
        columns: [modified],
        values: ["2020-01-31T00:00:00Z"],
        operator: ">=",
        orNull: true,
        lookbackSeconds: 60,
      },
    ],
    conditions: ["[ID] < 5 OR [ID] = 7"],
  });

  expect(statement.sql).toBe(
    "SELECT [ID] FROM [dbo].[T] WHERE ([ModifiedDate] >= DATEADD(second, -60, CONVERT(datetime, @p1, 126)) OR [ModifiedDate] IS NULL) AND ([ID] < 5 OR [ID] = 7)",
  );
});
