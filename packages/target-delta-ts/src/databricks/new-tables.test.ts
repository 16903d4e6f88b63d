import { expect, test } from "@jest/globals";
import { UserError } from "singer-sdk-ts";
import { NewTables } from "./new-tables.ts";

/** A warehouse that notes what it is told to run, and refuses what contains `refused`. */
function open(refused: string) {
  const statements: string[] = [];
  const told: string[] = [];
  const newTables = new NewTables({
    warehouse: {
      run: (sql) => {
        statements.push(sql);
        return sql.includes(refused)
          ? Promise.reject(new UserError("E_DATABRICKS", "[PARSE_SYNTAX_ERROR] no such thing"))
          : Promise.resolve([]);
      },
    },
    tags: { source: "singer" },
    grants: { analysts: ["SELECT"], loaders: ["SELECT", "MODIFY"] },
    log: { warn: (event) => told.push(event) },
  });
  return { newTables, statements, told };
}

test("T33: every new table gets its tags and grants", async () => {
  const { newTables, statements, told } = open("nothing");

  await newTables.made("`a`");

  expect(statements).toEqual([
    "ALTER TABLE `a` SET TAGS ('source' = 'singer')",
    "GRANT SELECT ON TABLE `a` TO `analysts`",
    "GRANT SELECT, MODIFY ON TABLE `a` TO `loaders`",
  ]);
  expect(told).toEqual([]);
});

test("T33: a workspace that refuses tags is told of once, and asked no more", async () => {
  const { newTables, statements, told } = open("SET TAGS");

  await newTables.made("`a`");
  await newTables.made("`b`");

  expect(statements.filter((sql) => sql.includes("SET TAGS"))).toHaveLength(1);
  expect(told).toEqual(["tags_refused"]);
});

test("T45: every grant that is refused is told of", async () => {
  const { newTables, told } = open("analysts");

  await newTables.made("`a`");

  expect(told).toEqual(["grant_refused"]);
});
