import { type Context, type Generator } from "./context.ts";
import { datetime, ticksPerDay, timeOfDay } from "./date.ts";
import { guids } from "./guid.ts";
import { finishedGoodFirst, productIds } from "./key.ts";
import type { Random } from "./random.ts";
import { at, fill, type TableColumns } from "./value.ts";
import { components, modelNames } from "./words/product.ts";

const colors = ["Black", "Silver", "Red", "Blue", "Yellow", "Multi", "Grey", "White"] as const;
const sizes = ["38", "40", "42", "44", "48", "52", "58", "60", "62"] as const;
const clothesSizes = ["S", "M", "L", "XL"] as const;

/** Models of the first three categories: bikes, components, clothing; the rest are accessories. */
const bikeModelCount = 40;

const productCount = productIds.length;
const finishedIndex = productIds.indexOf(finishedGoodFirst);

/** Production.Product: components first (no price), then finished goods in the order of their models. */
export const generateProducts: Generator = (context) => ({
  "Production.Product": productColumns(context),
});

function productColumns(context: Context): TableColumns {
  const random = (name: string) => context.random(`Product.${name}`);
  const sizeRandom = random("Size");
  const colorRandom = random("Color");
  const size = fill(productCount, (row) => sizeOf(sizeRandom, row));
  const color = fill(productCount, (row) =>
    colorRandom.chance(isFinished(row) ? 90 : 10) ? colorRandom.pick(colors) : null,
  );
  const modelId = fill(productCount, (row) => (isFinished(row) ? modelOf(row) : null));
  const subcategoryId = modelId.map((model) => (model === null ? null : 1 + ((model - 1) % 37)));
  const price = random("ListPrice");
  const listPrice = fill(productCount, (row) => listPriceOf(price, row));
  const codes = random("codes");
  const weight = random("Weight");
  const weights = fill(productCount, (row) =>
    isFinished(row) && weight.chance(70) ? BigInt(weight.between(212, 105_000)) : null,
  );
  const start = random("SellStartDate");
  const starts = fill(productCount, (row) =>
    isFinished(row)
      ? datetime(2011 + start.below(3), 5, 30 + start.below(2))
      : datetime(2008, 4, 30),
  );
  return {
    ProductID: productIds,
    Name: productNames(modelId, size, color),
    ProductNumber: fill(productCount, productNumber),
    MakeFlag: fill(productCount, (row) => isFinished(row) || row % 4 === 3),
    FinishedGoodsFlag: fill(productCount, isFinished),
    Color: color,
    SafetyStockLevel: fill(productCount, (row) => (isFinished(row) ? 4 + (row % 97) : 1000)),
    ReorderPoint: fill(productCount, (row) => (isFinished(row) ? 3 + (row % 72) : 750)),
    StandardCost: listPrice.map((value) => BigInt(Math.floor(value * 0.6))),
    ListPrice: listPrice.map(BigInt),
    Size: size,
    SizeUnitMeasureCode: size.map((value) => (value !== null && value < "A" ? "CM " : null)),
    WeightUnitMeasureCode: weights.map((value, row) =>
      value === null ? null : row % 2 === 0 ? "LB " : "G  ",
    ),
    Weight: weights,
    DaysToManufacture: fill(productCount, (row) => (isFinished(row) ? row % 5 : 0)),
    ProductLine: fill(productCount, () => codes.pick(["R ", "M ", "T ", "S ", null])),
    Class: fill(productCount, () => codes.pick(["H ", "M ", "L ", null])),
    Style: fill(productCount, () => codes.pick(["U ", "M ", "W ", null])),
    ProductSubcategoryID: subcategoryId,
    ProductModelID: modelId,
    SellStartDate: starts,
    SellEndDate: starts.map((value, row) =>
      isDiscontinued(row) || (isFinished(row) && row % 3 === 0) ? value + 364 * ticksPerDay : null,
    ),
    DiscontinuedDate: starts.map((value, row) =>
      isDiscontinued(row) ? value + 400 * ticksPerDay : null,
    ),
    rowguid: guids(random("rowguid"), productCount),
    ModifiedDate: fill(
      productCount,
      (row) => datetime(2014, 2, 8) + timeOfDay(10, 1, 36) + (row % 300),
    ),
  };
}

function isFinished(row: number): boolean {
  return row >= finishedIndex;
}

function isDiscontinued(row: number): boolean {
  return row % 163 === 162;
}

/** Finished goods spread over the 128 models evenly. */
function modelOf(row: number): number {
  const finishedCount = productCount - finishedIndex;
  return 1 + Math.floor(((row - finishedIndex) * 128) / finishedCount);
}

/** List price in units of 0.0001; components have none. */
function listPriceOf(random: Random, row: number): number {
  if (row < finishedIndex) return 0;
  const cents =
    modelOf(row) <= bikeModelCount ? random.between(53_999, 357_827) : random.between(229, 74_999);
  return cents * 100 + (random.chance(30) ? random.below(100) : 0);
}

function sizeOf(random: Random, row: number): string | null {
  if (row < finishedIndex) return null;
  if (random.chance(25)) return null;
  return random.pick(modelOf(row) <= bikeModelCount ? sizes : clothesSizes);
}

function productNumber(row: number): string {
  const id = at(productIds, row);
  const letters = row < finishedIndex ? "AR" : "BK";
  return `${letters}-${String.fromCharCode(65 + (id % 26))}${String(1000 + id)}`;
}

/** Names are unique; a finished good is its model, colour and size. */
function productNames(
  models: readonly (number | null)[],
  sizeNames: readonly (string | null)[],
  colorNames: readonly (string | null)[],
): string[] {
  const used = new Set<string>();
  return fill(productCount, (row) => {
    const model = models[row];
    const base =
      typeof model === "number"
        ? [at(modelNames, model - 1), colorNames[row], sizeNames[row]].filter(Boolean).join(" ")
        : at(components, row % components.length);
    let name = base;
    for (let number = 2; used.has(name); number++) name = `${base} ${number}`;
    used.add(name);
    return name;
  });
}

/** Standard cost and list price by ProductID, in units of 0.0001. */
export function productPrices(context: Context): ReadonlyMap<number, number> {
  const prices = context.columns("Production.Product")["ListPrice"] ?? [];
  return new Map(productIds.map((id, row) => [id, Number(prices[row])] as const));
}
