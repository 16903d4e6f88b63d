import { expect, test } from "@jest/globals";
import { catalogEntry } from "./unity-catalog-table.ts";

test("a table is entered with its columns as Spark names their types", () => {
  const list = { type: "array", elementType: "integer", containsNull: true };
  const pair = {
    type: "struct",
    fields: [{ name: "a", type: "long", nullable: true, metadata: {} }],
  };
  const fields = [
    { name: "total", type: "decimal(10,2)", nullable: true, metadata: { comment: "In euros." } },
    { name: "list", type: list, nullable: true, metadata: {} },
    { name: "pair", type: pair, nullable: false, metadata: {} },
  ];

  const entry = catalogEntry(
    "main.sales.orders",
    "s3://lake/orders",
    JSON.stringify({ type: "struct", fields }),
  );

  expect(entry).toMatchObject({
    catalog_name: "main",
    schema_name: "sales",
    name: "orders",
    columns: [
      {
        name: "total",
        position: 0,
        type_name: "DECIMAL",
        type_text: "decimal(10,2)",
        type_precision: 10,
        type_scale: 2,
        comment: "In euros.",
      },
      { name: "list", type_name: "ARRAY", type_text: "array<int>" },
      { name: "pair", type_name: "STRUCT", type_text: "struct<a:bigint>", nullable: false },
    ],
  });
});
