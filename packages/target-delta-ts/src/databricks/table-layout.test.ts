import { expect, test } from "@jest/globals";
import {
  grant,
  layoutClauses,
  requireLayoutColumns,
  setTags,
  tableLayout,
} from "./table-layout.ts";

const message = {
  type: "SCHEMA",
  stream: "orders",
  schema: { properties: {} },
  key_properties: [],
} as const;
const none = { clusterBy: [], partitionBy: [], properties: {} };

test("a table is described as its stream is, or by the stream's name", () => {
  const described = { ...message, schema: { ...message.schema, description: "All orders." } };

  expect(tableLayout(message, none).comment).toBe("Singer stream orders");
  expect(tableLayout(described, none).comment).toBe("All orders.");
});

test("T33: a layout is quoted whatever it holds", () => {
  const layout = { ...none, comment: "It's", clusterBy: ["a`b"], properties: { "delta.x": "y'" } };

  expect(layoutClauses(layout)).toBe(
    "CLUSTER BY (`a``b`) COMMENT 'It\\'s' TBLPROPERTIES ('delta.x' = 'y\\'')",
  );
  expect(layoutClauses({ ...none, comment: "c", partitionBy: ["day"] })).toBe(
    "PARTITIONED BY (`day`) COMMENT 'c'",
  );
  expect(layoutClauses({ ...none, comment: "c", clusterBy: ["AUTO"] })).toBe(
    "CLUSTER BY AUTO COMMENT 'c'",
  );
});

test("T33: a table that is to be clustered and partitioned is refused", () => {
  const both = { ...none, clusterBy: ["id"], partitionBy: ["day"] };

  expect(() => tableLayout(message, both)).toThrow("either clustered or partitioned");
});

test("T33: a column that the stream does not have is named", () => {
  const layout = { ...none, comment: "", clusterBy: ["day"] };

  expect(() => requireLayoutColumns("orders", layout, ["id"])).toThrow("laid out by day");
  expect(() =>
    requireLayoutColumns("orders", { ...layout, clusterBy: ["AUTO"] }, ["id"]),
  ).not.toThrow();
});

test("tags and grants name the table", () => {
  expect(setTags("`t`", { a: "1", "b'": "2" })).toBe(
    "ALTER TABLE `t` SET TAGS ('a' = '1', 'b\\'' = '2')",
  );
  expect(grant("`t`", ["SELECT", "MODIFY"], "a@b.c")).toBe(
    "GRANT SELECT, MODIFY ON TABLE `t` TO `a@b.c`",
  );
});
