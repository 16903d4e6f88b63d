import { expect, test } from "@jest/globals";

import { generate } from "../../generate/index.ts";
import { Engine } from "./engine.ts";
import { SqlError } from "./error.ts";
import type { Variable } from "./session-event.ts";
import { SqlSession } from "./sql-session.ts";
import { formatType, makeType } from "./type.ts";
import type { Value } from "./value.ts";

const engine = new Engine(generate());

/** The rows of the last result of a batch. */
function rowsOf(sql: string, variables: readonly Variable[] = []): Value[][] {
  const session = new SqlSession(engine, {
    user: "sa",
    database: "AdventureWorks",
    serverName: "TEST",
  });
  let rows: Value[][] = [];
  for (const event of session.execute(sql, variables)) {
    if (event.type !== "rows") continue;
    rows = [];
    while (event.cursor.next()) rows.push([...event.cursor.values]);
  }
  return rows;
}

function valueOf(expression: string): Value {
  return rowsOf(`SELECT ${expression}`)[0]?.[0] ?? null;
}

function errorOf(sql: string): { number: number; message: string } | undefined {
  try {
    rowsOf(sql);
    return undefined;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { number: error.number, message: error.message };
  }
}

/** The type that a result column has. */
function typeOf(expression: string): string {
  const session = new SqlSession(engine, {
    user: "sa",
    database: "AdventureWorks",
    serverName: "TEST",
  });
  for (const event of session.execute(`SELECT ${expression} AS x`, []))
    if (event.type === "rows") return formatType(event.cursor.columns[0]?.type ?? makeType("bit"));
  return "";
}

test.each([
  [
    "CONVERT(varchar(30), CAST('2011-05-31T12:34:56.003' AS datetime), 126)",
    "2011-05-31T12:34:56.003",
  ],
  ["CONVERT(varchar(30), CAST('2011-05-31' AS datetime), 126)", "2011-05-31T00:00:00"],
  ["CONVERT(varchar(30), CAST('2011-05-31' AS datetime), 121)", "2011-05-31 00:00:00.000"],
  ["CONVERT(varchar(30), CAST('2011-05-31 13:05:00' AS datetime))", "May 31 2011  1:05PM"],
  ["CONVERT(char(10), CAST('2011-05-31' AS date), 23)", "2011-05-31"],
  ["CONVERT(varchar(8), CAST('2011-05-31' AS date), 112)", "20110531"],
  ["CONVERT(varchar(16), CAST('07:00:00.1234567' AS time(7)), 121)", "07:00:00.1234567"],
  [
    "CONVERT(varchar(30), CAST('2020-01-01T10:00:00.1234567' AS datetime2(7)), 126)",
    "2020-01-01T10:00:00.1234567",
  ],
  [
    "CONVERT(varchar(40), CAST('2020-01-01T10:00:00.5 +02:00' AS datetimeoffset(1)), 126)",
    "2020-01-01T10:00:00.5+02:00",
  ],
  [
    "CONVERT(varchar(40), CAST('2020-01-01T01:00:00.5 +02:00' AS datetimeoffset(1)), 127)",
    "2019-12-31T23:00:00.5Z",
  ],
  ["CONVERT(varchar(30), CAST(1234.5678 AS money))", "1234.57"],
  ["CONVERT(varchar(30), CAST(1234567.5678 AS money), 1)", "1,234,567.57"],
  ["CONVERT(varchar(30), CAST(-1234.5678 AS money), 2)", "-1234.5678"],
  ["CONVERT(varchar(41), CAST(500 AS decimal(38,20)))", "500.00000000000000000000"],
  ["CONVERT(varchar(20), 0x00FFab, 1)", "0x00FFAB"],
  ["CONVERT(varchar(20), 0x00FFab, 2)", "00FFAB"],
  ["CAST(1.5e6 AS varchar(20))", "1.5e+006"],
  ["CAST(0.5e0 AS varchar(20))", "0.5"],
  ["CAST(12 AS char(4)) + 'x'", "12  x"],
  ["CONCAT('a', NULL, 1)", "a1"],
  ["ISNULL(NULL, 'x')", "x"],
  ["COALESCE(NULL, 2, 3)", 2],
  ["LEN('ab  ')", 2],
  ["5 / 2", 2],
  ["-7 % 3", -1],
  ["CASE WHEN 1 = 2 THEN 'a' WHEN 2 = 2 THEN 'b' END", "b"],
  ["CAST('/1/3/' AS hierarchyid).GetLevel()", 2],
  ["TRY_CAST('x' AS int)", null],
  ["DATEDIFF(day, '2020-01-01', '2020-03-01')", 60],
])("%s is %p", (expression, expected) => {
  expect(valueOf(expression)).toBe(expected);
});

test.each([
  ["1 + 1", "int"],
  ["1.5 * 2.25", "decimal(6,3)"],
  ["CAST(1 AS decimal(10,2)) / CAST(3 AS decimal(10,2))", "decimal(23,13)"],
  ["CAST(1 AS money) * 2", "money"],
  ["3000000000", "numeric(10,0)"],
  ["N'ab' + 'c'", "nvarchar(3)"],
  ["ISNULL(CAST(NULL AS varchar(2)), 'long')", "varchar(2)"],
])("the type of %s is %s", (expression, expected) => {
  expect(typeOf(expression)).toBe(expected);
});

test.each([
  // datetime ticks are 1/300 second; beside a datetime2 they count exactly.
  [
    "CAST('2020-01-01T00:00:00.003' AS datetime) = CAST('2020-01-01T00:00:00.0033333' AS datetime2(7))",
    true,
  ],
  [
    "CAST('2020-01-01T00:00:00.003' AS datetime) = CAST('2020-01-01T00:00:00.003' AS datetime2(3))",
    false,
  ],
  ["CAST('2020-01-01T00:00:00.001' AS datetime) = CAST('2020-01-01' AS datetime)", true],
  ["N'STRASSE ' = N'strasse'", true],
  ["N'e' = N'é'", false],
  ["'abc' LIKE 'A%'", true],
  ["'a_c' LIKE 'a[_]c'", true],
  ["'abc' LIKE 'a!_c' ESCAPE '!'", false],
  [
    "CAST('FFFFFFFF-0000-0000-0000-000000000001' AS uniqueidentifier) < CAST('00000000-0000-0000-0000-000000000002' AS uniqueidentifier)",
    true,
  ],
  [
    "CAST('01000000-0000-0000-0000-000000000000' AS uniqueidentifier) < CAST('00000001-0000-0000-0000-000000000000' AS uniqueidentifier)",
    true,
  ],
  ["NULL = NULL", undefined],
  ["3 IN (1, NULL)", undefined],
  ["CAST(10.0 AS decimal(5,1)) = 10", true],
  ["'10' = 10", true],
])("%s holds: %p", (predicate, expected) => {
  const rows = rowsOf(`SELECT CASE WHEN ${predicate} THEN 1 WHEN NOT (${predicate}) THEN 0 END`);

  expect(rows).toEqual([[expected === undefined ? null : Number(expected)]]);
});

test.each([
  ["SELECT * FROM Sales.Nope", 208, "Invalid object name 'Sales.Nope'."],
  ["SELECT nope FROM Sales.SalesOrderHeader", 207, "Invalid column name 'nope'."],
  [
    "SELECT x.a FROM Sales.SalesOrderHeader",
    4104,
    'The multi-part identifier "x.a" could not be bound.',
  ],
  ["SELECT 1 +", 102, "Incorrect syntax near '+'."],
  ["DELETE FROM Sales.SalesOrderHeader", 102, "Incorrect syntax near 'DELETE'."],
  ["SELECT TOP 1 PERCENT 1", 102, "Incorrect syntax near 'PERCENT'."],
  ["SELECT ROW_NUMBER() OVER (ORDER BY 1)", 102, "Incorrect syntax near 'OVER'."],
  ["SELECT @nope", 137, 'Must declare the scalar variable "@nope".'],
  ["SELECT nope(1)", 195, "'nope' is not a recognized built-in function name."],
  [
    "SELECT CAST('x' AS int)",
    245,
    "Conversion failed when converting the varchar value 'x' to data type int.",
  ],
  [
    "SELECT CAST('x' AS datetime)",
    241,
    "Conversion failed when converting date and/or time from character string.",
  ],
  [
    "SELECT CAST(300 AS tinyint)",
    8115,
    "Arithmetic overflow error converting expression to data type tinyint.",
  ],
  ["SELECT 1 / 0", 8134, "Divide by zero error encountered."],
  ["SELECT CAST(1 AS xml)", 529, "Explicit conversion from data type int to xml is not allowed."],
  ["SELECT 'open", 105, "Unclosed quotation mark after the character string 'open'."],
  [
    "SELECT 1 WHERE 1",
    4145,
    "An expression of non-boolean type specified in a context where a condition is expected, near 'WHERE'.",
  ],
  [
    "SELECT Color, COUNT(*) FROM Production.Product",
    8120,
    "Column 'Product.Color' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.",
  ],
  [
    "USE nope",
    911,
    "Database 'nope' does not exist. Make sure that the name is entered correctly.",
  ],
  ["COMMIT", 3902, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION."],
])("%s is error %i", (sql, number, message) => {
  expect(errorOf(sql)).toEqual({ number, message });
});

test("a key range with a resume point reads on from there", () => {
  const rows = rowsOf(
    "SELECT TOP 2 SalesOrderID, SalesOrderDetailID FROM Sales.SalesOrderDetail WHERE SalesOrderID > CONVERT(int, @p1) OR (SalesOrderID = CONVERT(int, @p1) AND SalesOrderDetailID > CONVERT(int, @p2)) ORDER BY SalesOrderID, SalesOrderDetailID",
    [
      { name: "@p1", type: makeType("nvarchar", { length: 4000 }), value: "43659" },
      { name: "@p2", type: makeType("nvarchar", { length: 4000 }), value: "1" },
    ],
  );

  expect(rows).toEqual([
    [43_660, 2],
    [43_661, 3],
  ]);
});

test("rows sorted by another column keep the order of equal ones by key", () => {
  const rows = rowsOf(
    "SELECT ModifiedDate, SalesOrderID FROM Sales.SalesOrderHeader ORDER BY ModifiedDate DESC, SalesOrderID",
  );

  const isSorted = rows.every((row, index) => {
    const before = rows[index - 1];
    if (before === undefined) return true;
    const [date, id] = [Number(row[0]), Number(row[1])];
    return Number(before[0]) > date || (Number(before[0]) === date && Number(before[1]) < id);
  });
  expect(rows.length).toBe(31_465);
  expect(isSorted).toBe(true);
});

test("groups, HAVING and ORDER BY an alias work together", () => {
  const rows = rowsOf(
    "SELECT s.name, COUNT(*) AS tables FROM sys.tables t INNER JOIN sys.schemas s ON t.schema_id = s.schema_id GROUP BY s.name HAVING COUNT(*) > 3 ORDER BY tables DESC, s.name",
  );

  expect(rows).toEqual([
    ["Production", 25],
    ["Sales", 19],
    ["Person", 13],
    ["HumanResources", 6],
    ["Purchasing", 5],
  ]);
});

test("a left join keeps rows without a match, and EXISTS sees the outer row", () => {
  const joined = rowsOf(
    "SELECT t.name FROM sys.tables t LEFT JOIN sys.foreign_keys f ON f.parent_object_id = t.object_id WHERE f.object_id IS NULL AND t.schema_id = SCHEMA_ID('Person') ORDER BY 1",
  );
  const existing = rowsOf(
    "SELECT t.name FROM sys.tables t WHERE NOT EXISTS (SELECT 1 FROM sys.foreign_keys f WHERE f.parent_object_id = t.object_id) AND SCHEMA_NAME(t.schema_id) = 'person' ORDER BY t.name",
  );

  expect(joined.length).toBeGreaterThan(0);
  expect(existing).toEqual(joined);
});

test("a condition with a subquery holds after a join", () => {
  const rows = rowsOf(
    "SELECT t.name FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id WHERE s.name = 'dbo' AND t.object_id IN (SELECT object_id FROM sys.columns WHERE name = 'TSQL')",
  );

  expect(rows).toEqual([["DatabaseLog"]]);
});

test("catalog names are matched without case", () => {
  expect(
    rowsOf(
      "select Table_Name from Information_Schema.TABLES where TABLE_schema = 'SALES' and table_name like 'SalesOrder%' order by table_name",
    ),
  ).toEqual([["SalesOrderDetail"], ["SalesOrderHeader"], ["SalesOrderHeaderSalesReason"]]);
});

test("variables, IF and UNION ALL run in one batch", () => {
  const rows = rowsOf(
    "DECLARE @n int = 2, @s nvarchar(10); SET @s = N'é'; SELECT @n = @n + COUNT(*) FROM sys.schemas WHERE name = 'dbo'; IF @n = 3 BEGIN SELECT @s AS a UNION ALL SELECT 'b' ORDER BY a END ELSE SELECT 0",
  );

  expect(rows).toEqual([["b"], ["é"]]);
});

test("a common table expression and a derived table are tables", () => {
  const rows = rowsOf(
    "WITH big AS (SELECT object_id, rows FROM sys.partitions WHERE rows > 100000) SELECT x.name FROM (SELECT OBJECT_NAME(object_id) AS name FROM big) AS x ORDER BY x.name",
  );

  expect(rows).toEqual([["SalesOrderDetail"], ["TransactionHistory"]]);
});
