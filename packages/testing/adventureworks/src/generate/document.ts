import type { Context, Generator } from "./context.ts";
import { datetime, ticksPerDay } from "./date.ts";
import { levelOf } from "./employee.ts";
import { guids } from "./guid.ts";
import { finishedGoodFirst } from "./key.ts";
import { photo } from "./product-detail.ts";
import { at, fill, type TableColumns } from "./value.ts";

/** A root, three folders, three documents in each; parents before children, as hierarchyid orders them. */
const nodes = [
  "/",
  ...[1, 2, 3].flatMap((folder) => ["", "1/", "2/", "3/"].map((leaf) => `/${folder}/${leaf}`)),
];

const leaves = nodes.filter((node) => levelOf(node) === 2);

const titles = [
  "Crank Arm and Tire Maintenance",
  "Bremsen einstellen – Anleitung für Geübte",
  "Réparation d'un réflecteur avant",
  "安装前叉",
  "Lubrication Maintenance",
] as const;

/** Production.Document and the products that its documents are about. */
export const generateDocuments: Generator = (context) => ({
  "Production.Document": documentColumns(context),
  "Production.ProductDocument": productDocumentColumns(context),
});

function documentColumns(context: Context): TableColumns {
  const random = context.random("Document");
  const isFolder = nodes.map((node) => levelOf(node) < 2);
  const title = nodes.map((node, row) =>
    isFolder[row] === true ? `Documents ${node}` : at(titles, row % titles.length),
  );
  return {
    DocumentNode: nodes,
    DocumentLevel: nodes.map(levelOf),
    Title: title,
    Owner: nodes.map(() => random.between(217, 220)),
    FolderFlag: isFolder,
    FileName: title.map((text, row) => (isFolder[row] === true ? text : `${text}.doc`)),
    FileExtension: isFolder.map((folder) => (folder ? "" : ".doc")),
    Revision: nodes.map((_, row) => String(row % 4).padEnd(5)),
    ChangeNumber: nodes.map((_, row) => (row * 16) % 57),
    Status: nodes.map((_, row) => 1 + (row % 3)),
    DocumentSummary: nodes.map((_, row) =>
      isFolder[row] === true || row % 2 === 0 ? null : summary(row),
    ),
    Document: nodes.map((_, row) =>
      isFolder[row] === true ? null : photo(random, row === 3 ? 20_000 : 100 * row),
    ),
    rowguid: guids(random, nodes.length),
    ModifiedDate: nodes.map((_, row) => datetime(2017, 12, 13) + row * 7_654_321),
  };
}

/** Long enough to pass the 8,000 bytes that only a (max) type holds. */
function summary(row: number): string {
  return "Überprüfen Sie die Bremsklötze regelmäßig. It is important that you maintain your bicycle 🔧.\r\n".repeat(
    row * 12,
  );
}

function productDocumentColumns(context: Context): TableColumns {
  const rowCount = context.rowCount("Production.ProductDocument");
  return {
    ProductID: fill(rowCount, (row) => finishedGoodFirst + row * 9),
    DocumentNode: fill(rowCount, (row) => at(leaves, row % leaves.length)),
    ModifiedDate: fill(
      rowCount,
      (row) => datetime(2013, 12, 29) + row * ticksPerDay + ((row * 41) % 300),
    ),
  };
}
