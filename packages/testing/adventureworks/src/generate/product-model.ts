import type { Context, Generator } from "./context.ts";
import { datetime, timeOfDay } from "./date.ts";
import { guids } from "./guid.ts";
import { at, fill, sequence, type TableColumns } from "./value.ts";
import { cultures, descriptions, subcategories } from "./words/model.ts";
import { modelNames } from "./words/product.ts";

const categories = ["Bikes", "Components", "Clothing", "Accessories"] as const;
const reviewed = datetime(2008, 4, 30);
const schemas = "http://schemas.microsoft.com/sqlserver/2004/07/adventure-works";

/** Models, their categories, and how each is described in six languages. */
export const generateProductModels: Generator = (context) => ({
  "Production.ProductCategory": {
    ProductCategoryID: sequence(categories.length, 1),
    Name: categories,
    rowguid: guids(context.random("ProductCategory.rowguid"), categories.length),
    ModifiedDate: categories.map(() => reviewed),
  },
  "Production.ProductSubcategory": {
    ProductSubcategoryID: sequence(subcategories.length, 1),
    ProductCategoryID: subcategories.map(([category]) => category),
    Name: subcategories.map(([, name]) => name),
    rowguid: guids(context.random("ProductSubcategory.rowguid"), subcategories.length),
    ModifiedDate: subcategories.map(() => reviewed),
  },
  "Production.Culture": {
    CultureID: cultures.map(([id]) => id.padEnd(6)),
    Name: cultures.map(([, name]) => name),
    ModifiedDate: cultures.map(() => reviewed),
  },
  "Production.ProductModel": modelColumns(context),
  "Production.ProductDescription": descriptionColumns(context),
  "Production.ProductModelProductDescriptionCulture": describedColumns(context),
  "Production.Illustration": illustrationColumns(context),
  "Production.ProductModelIllustration": {
    ProductModelID: [7, 10, 47, 47, 48, 48, 67],
    IllustrationID: [3, 3, 4, 5, 4, 5, 1],
    ModifiedDate: fill(7, (row) => datetime(2014, 1, 9) + timeOfDay(14, 41, 2, 50 * row)),
  },
});

function modelColumns(context: Context): TableColumns {
  const rowCount = modelNames.length;
  return {
    ProductModelID: sequence(rowCount, 1),
    Name: modelNames,
    CatalogDescription: modelNames.map((name, row) =>
      row % 21 === 2 ? catalogDescription(name) : null,
    ),
    Instructions: modelNames.map((name, row) => (row % 14 === 6 ? instructions(name) : null)),
    rowguid: guids(context.random("ProductModel.rowguid"), rowCount),
    ModifiedDate: fill(rowCount, (row) => datetime(2013, 5, 30) + row * 1_234_567),
  };
}

function catalogDescription(name: string): string {
  return (
    '<?xml-stylesheet href="ProductDescription.xsl" type="text/xsl"?>' +
    `<p1:ProductDescription xmlns:p1="${schemas}/ProductModelDescription" ProductModelID="${name}">` +
    "<p1:Summary>Für höchste Ansprüche &amp; jedes Gelände – 山地车 🚵</p1:Summary>" +
    "<p1:Picture><p1:Angle>front</p1:Angle><p1:Size>small</p1:Size></p1:Picture></p1:ProductDescription>"
  );
}

function instructions(name: string): string {
  const step =
    "<step>Insert <material>aluminum sheet MS-2341</material> into the <tool>T-85A framing tool</tool>.</step>";
  return (
    `<root xmlns="${schemas}/ProductModelManuInstructions">Adventure Works CYCLES: ${name}` +
    `<Location LaborHours="2.5" LotSize="100" LocationID="10">${step.repeat(20)}</Location></root>`
  );
}

/** The cultures that descriptions are written in: all but the invariant one and the last. */
const describedCultures = cultures.slice(1, 7);

function descriptionColumns(context: Context): TableColumns {
  const rowCount = context.rowCount("Production.ProductDescription");
  const random = context.random("ProductDescription");
  return {
    ProductDescriptionID: sequence(rowCount, 3),
    Description: fill(rowCount, (row) => {
      const [culture] = at(describedCultures, row % describedCultures.length);
      return random.pick(descriptions[culture] ?? []);
    }),
    rowguid: guids(random, rowCount),
    ModifiedDate: fill(rowCount, (row) => datetime(2013, 4, 30) + (row % 3)),
  };
}

/** Each of the first 127 models has one description per culture; descriptions follow that order. */
function describedColumns(context: Context): TableColumns {
  const rowCount = context.rowCount("Production.ProductModelProductDescriptionCulture");
  return {
    ProductModelID: fill(rowCount, (row) => 1 + Math.floor(row / describedCultures.length)),
    ProductDescriptionID: sequence(rowCount, 3),
    CultureID: fill(rowCount, (row) =>
      at(describedCultures, row % describedCultures.length)[0].padEnd(6),
    ),
    ModifiedDate: fill(rowCount, () => datetime(2013, 4, 30)),
  };
}

function illustrationColumns(context: Context): TableColumns {
  const rowCount = context.rowCount("Production.Illustration");
  const random = context.random("Illustration");
  return {
    IllustrationID: sequence(rowCount, 1),
    Diagram: fill(rowCount, (row) =>
      row === rowCount - 4 ? null : diagram(fill(400, () => random.below(1000))),
    ),
    ModifiedDate: fill(
      rowCount,
      (row) => datetime(2014, 1, 9) + timeOfDay(13, 6, 11, 100 * (row % 3)),
    ),
  };
}

function diagram(numbers: readonly number[]): string {
  return `<Canvas xmlns="http://schemas.microsoft.com/winfx/avalon/2005"><Path Data="M ${numbers.join(" ")} Z" /></Canvas>`;
}
