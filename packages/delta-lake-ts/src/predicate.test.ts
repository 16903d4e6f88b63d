import { expect, test } from "@jest/globals";
import { bindPredicate, formatPredicate } from "./predicate.ts";
import { parsePredicate } from "./predicate-sql.ts";
import { schemaOf } from "./table-fixture.test.support.ts";

const schema = schemaOf({
  id: "long",
  day: "date",
  region: "string",
  n: "long",
  price: "decimal(10,2)",
  "a b": "boolean",
  at: "timestamp",
});
const table = { schema, partitionColumns: ["day", "region", "n", "price", "a b", "at"] };
const values = {
  day: "2024-03-09",
  region: "it's",
  n: "9007199254740993",
  price: "1.50",
  "a b": "true",
  at: "2024-03-09T10:00:00.000001Z",
};

test.each([
  ["day = DATE '2024-03-09'", true],
  ["day < '2024-03-10' AND day >= '2024-03-09'", true],
  ["region = 'it''s'", true],
  ["region <> 'it''s' OR n = 9007199254740993", true],
  ["n > 9007199254740992", true],
  ["n = 9007199254740992", false],
  ["price = 1.5", true],
  ["price IN (1, 2.50)", false],
  ["price BETWEEN 1 AND 2 AND NOT n IN (1, 2)", true],
  ["n NOT IN (1, 9007199254740993)", false],
  ["`a b` = true", true],
  ["`a b` == FALSE", false],
  ["at > TIMESTAMP '2024-03-09 10:00:00'", true],
  ["region IS NOT NULL and (Day != '2024-01-01')", true],
  ["not (n < 0 or region is null)", true],
])("%s is %p", (sql, isTrue) => {
  const predicate = parsePredicate(sql);

  expect(bindPredicate(predicate, table)(values)).toBe(isTrue);
  expect(bindPredicate(parsePredicate(formatPredicate(predicate)), table)(values)).toBe(isTrue);
});

test.each([
  ["region IS NULL", true],
  ["region = 'a'", false],
  ["NOT region = 'a'", false],
  ["region != 'a'", false],
  ["region NOT IN ('a')", false],
  ["region = 'a' OR n = 1", true],
  ["region = 'a' AND n = 1", false],
  ["NOT (region = 'a' AND n = 2)", true],
])("where region is null and n is 1, %s is %p, as SQL has it", (sql, isTrue) => {
  expect(bindPredicate(parsePredicate(sql), table)({ ...values, region: null, n: "1" })).toBe(
    isTrue,
  );
});

test.each([
  ["id = 1", "not partitioned by id"],
  ["absent = 1", "no column absent"],
  ["n = 'x'", "column n is long, and 'x' is no such value"],
  ["day = 5", "column day is date"],
])("%s is refused when it meets the table", (sql, words) => {
  expect(() => bindPredicate(parsePredicate(sql), table)).toThrow(words);
});

test.each([
  "",
  "n =",
  "n = 1 n = 2",
  "n LIKE 'a'",
  "(n = 1",
  "n + 1 = 2",
  "n = ;",
  "'a' = n",
  "n NOT = 1",
])("%p is no predicate", (sql) => {
  expect(() => parsePredicate(sql)).toThrow("cannot read the predicate");
});
