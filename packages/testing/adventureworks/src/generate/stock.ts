import type { Context, Generator } from "./context.ts";
import { datetime, ticksPerDay } from "./date.ts";
import { guids } from "./guid.ts";
import { finishedGoodFirst, productIds } from "./key.ts";
import { distinct, partition } from "./partition.ts";
import { at, fill, sequence, type TableColumns } from "./value.ts";

const locations = [
  "Tool Crib,Sheet Metal Racks,Paint Shop,Paint Storage,Metal Storage,Miscellaneous Storage,Finished Goods Storage",
  "Frame Forming,Frame Welding,Debur and Polish,Paint,Specialized Paint,Subassembly,Final Assembly",
].flatMap((names) => names.split(","));

/** LocationIDs: seven stores, then seven work centres. */
const locationIds = [1, 2, 3, 4, 5, 6, 7, 10, 20, 30, 40, 45, 50, 60] as const;

/** Codes and names, in code order. */
const units = (
  "BOX Boxes,BTL Bottle,C   Celsius,CAN Canister,CAR Carton,CBM Cubic meters,CCM Cubic centimeter,CDM Cubic decimeter," +
  "CM  Centimeter,CM2 Square centimeter,CR  Crate,CS  Case,CTN Container,DM  Decimeter,DZ  Dozen,EA  Each,FT3 Cubic foot," +
  "G   Gram,GAL Gallon,IN  Inch,KG  Kilogram,KGV Kilogram/cubic meter,KM  Kilometer,KT  Kiloton,L   Liter,LB  US pound," +
  "M   Meter,M2  Square meter,M3  Cubic meter,MG  Milligram,ML  Milliliter,MM  Millimeter,OZ  Ounces,PAK Pack,PAL Pallet," +
  "PC  Piece,PCT Percentage,PT  Pint – US"
).split(",");

const scrapReasons = (
  "Brake assembly not as ordered,Color incorrect,Gouge in metal,Drill pattern incorrect,Drill size too large,Drill size too small," +
  "Handling damage,Paint process failed,Primer process failed,Seat assembly not as ordered,Stress test failed,Thermoform temperature too high," +
  "Thermoform temperature too low,Trim length too long,Trim length too short,Wheel misaligned"
).split(",");

const reviewed = datetime(2008, 4, 30);

/** Where products lie, what they are made of, and how they are counted. */
export const generateStock: Generator = (context) => ({
  "Production.Location": locationColumns(context),
  "Production.ProductInventory": inventoryColumns(context),
  "Production.BillOfMaterials": materialColumns(context),
  "Production.UnitMeasure": {
    UnitMeasureCode: units.map((unit) => unit.slice(0, 3)),
    Name: units.map((unit) => unit.slice(4)),
    ModifiedDate: units.map(() => reviewed),
  },
  "Production.ScrapReason": {
    ScrapReasonID: sequence(scrapReasons.length, 1),
    Name: scrapReasons,
    ModifiedDate: scrapReasons.map(() => reviewed),
  },
});

function locationColumns(context: Context): TableColumns {
  const random = context.random("Location");
  return {
    LocationID: locationIds,
    Name: locations,
    CostRate: locationIds.map((id) => (id < 10 ? 0n : BigInt(random.between(120_000, 250_000)))),
    Availability: locationIds.map((id) =>
      id < 10 ? 0n : BigInt(random.pick([8_000, 9_600, 10_800, 12_000])),
    ),
    ModifiedDate: locationIds.map(() => reviewed),
  };
}

function inventoryColumns(context: Context): TableColumns {
  const random = context.random("ProductInventory");
  const rowCount = context.rowCount("Production.ProductInventory");
  const stocked = productIds.slice(0, 432);
  const counts = partition({
    random,
    total: rowCount,
    groupCount: stocked.length,
    countMin: 1,
    countMax: 4,
  });
  const places = counts.map((count) => distinct(random, count, 0, locationIds.length - 1));
  return {
    ProductID: places.flatMap((list, row) => list.map(() => at(stocked, row))),
    LocationID: places.flat().map((index) => at(locationIds, index)),
    Shelf: fill(rowCount, () => random.pick(["A", "B", "C", "D", "E", "N/A", "W"])),
    Bin: fill(rowCount, () => random.below(62)),
    Quantity: fill(rowCount, () => random.below(925)),
    rowguid: guids(random, rowCount),
    ModifiedDate: fill(rowCount, (row) => datetime(2014, 8, 12) + row * 86_413),
  };
}

/** Each row adds a component to an assembly; rows without an assembly are the finished bikes themselves. */
function materialColumns(context: Context): TableColumns {
  const random = context.random("BillOfMaterials");
  const rowCount = context.rowCount("Production.BillOfMaterials");
  const assemblies = productIds.filter((id) => id >= finishedGoodFirst);
  const components = productIds.filter((id) => id < finishedGoodFirst);
  const topCount = 103;
  const isTop = (row: number) => row < topCount;
  const starts = fill(rowCount, () => datetime(2010, 3, 4) + random.below(200) * ticksPerDay);
  return {
    BillOfMaterialsID: sequence(rowCount, 1),
    ProductAssemblyID: fill(rowCount, (row) =>
      isTop(row) ? null : at(assemblies, row % assemblies.length),
    ),
    ComponentID: fill(rowCount, (row) =>
      isTop(row)
        ? at(assemblies, row)
        : at(components, (row * 13 + Math.floor(row / assemblies.length)) % components.length),
    ),
    StartDate: starts,
    EndDate: starts.map((start) => (random.chance(8) ? start + 180 * ticksPerDay : null)),
    UnitMeasureCode: fill(rowCount, () => random.pick(["EA ", "EA ", "EA ", "IN ", "OZ "])),
    BOMLevel: fill(rowCount, (row) => (isTop(row) ? 0 : 1 + (row % 4))),
    PerAssemblyQty: fill(rowCount, () => BigInt(random.pick([100, 100, 100, 200, 1000, 4150]))),
    ModifiedDate: starts.map((start) => start - 14 * ticksPerDay),
  };
}
