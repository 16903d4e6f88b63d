import type { Context, Generator } from "./context.ts";
import { datetime } from "./date.ts";
import { guids } from "./guid.ts";
import { fill, sequence, type TableColumns } from "./value.ts";

const territories = [
  ["Northwest", "US", "North America"],
  ["Northeast", "US", "North America"],
  ["Central", "US", "North America"],
  ["Southwest", "US", "North America"],
  ["Southeast", "US", "North America"],
  ["Canada", "CA", "North America"],
  ["France", "FR", "Europe"],
  ["Germany", "DE", "Europe"],
  ["Australia", "AU", "Pacific"],
  ["United Kingdom", "GB", "Europe"],
] as const;

/** Sales.SalesTerritory. */
export const generateTerritories: Generator = (context) => ({
  "Sales.SalesTerritory": territoryColumns(context),
});

function territoryColumns(context: Context): TableColumns {
  const random = context.random("SalesTerritory");
  const rowCount = territories.length;
  const amounts = () =>
    fill(
      rowCount,
      () => BigInt(random.between(1_000_000, 2_000_000)) * BigInt(random.between(10_000, 60_000)),
    );
  return {
    TerritoryID: sequence(rowCount, 1),
    Name: territories.map(([name]) => name),
    CountryRegionCode: territories.map(([, country]) => country),
    Group: territories.map(([, , group]) => group),
    SalesYTD: amounts(),
    SalesLastYear: amounts(),
    CostYTD: fill(rowCount, () => 0n),
    CostLastYear: fill(rowCount, () => 0n),
    rowguid: guids(random, rowCount),
    ModifiedDate: fill(rowCount, () => datetime(2008, 4, 30)),
  };
}
