import type { Context, Generator } from "./context.ts";
import { datetime, ticksPerDay, timeOfDay } from "./date.ts";
import { guids } from "./guid.ts";
import { keys, salesPersonOf, salesPersons, stores } from "./key.ts";
import { partition } from "./partition.ts";
import type { Random } from "./random.ts";
import { fill, type TableColumns } from "./value.ts";
import { lastNames } from "./words/person.ts";

/** Stores and the sales people who look after them. */
export const generateStores: Generator = (context) => ({
  "Sales.Store": storeColumns(context),
  "Sales.SalesPerson": salesPersonColumns(context),
  "Sales.SalesPersonQuotaHistory": quotaColumns(context),
  "Sales.SalesTerritoryHistory": territoryColumns(context),
});

/** The first two sales people lead the others and have no territory. */
function territoryOf(salesPersonId: number): number | null {
  const index = salesPersonId - salesPersons.first;
  return index < 2 ? null : 1 + (index % 10);
}

function storeColumns(context: Context): TableColumns {
  const random = context.random("Store");
  const ids = keys(stores);
  const kinds = [
    "Bike Shop",
    "Vélos & Cie",
    "Fahrradladen",
    "Sporting Goods",
    "自転車店",
    "Cycles",
  ] as const;
  return {
    BusinessEntityID: ids,
    Name: ids.map((id) => `${random.pick(lastNames)} ${random.pick(kinds)} ${id}`),
    SalesPersonID: ids.map(salesPersonOf),
    Demographics: ids.map((id) => (id % 350 === 7 ? null : storeSurvey(random))),
    rowguid: guids(random, ids.length),
    ModifiedDate: ids.map((id) => datetime(2014, 9, 12) + timeOfDay(11, 15, 7) + (id % 300)),
  };
}

function storeSurvey(random: Random): string {
  return (
    '<StoreSurvey xmlns="http://schemas.microsoft.com/sqlserver/2004/07/adventure-works/StoreSurvey">' +
    `<AnnualSales>${random.pick([300_000, 800_000, 1_500_000, 3_000_000])}</AnnualSales>` +
    `<BankName>${random.pick(["Guardian Bank", "Crédit Général", "Primary International", "Überland-Sparkasse"])}</BankName>` +
    `<BusinessType>${random.pick(["BM", "BS", "OS"])}</BusinessType><YearOpened>${random.between(1970, 2005)}</YearOpened>` +
    `<Specialty>${random.pick(["Touring", "Road", "Mountain"])}</Specialty><SquareFeet>${random.between(6, 80)}000</SquareFeet>` +
    `<Internet>${random.pick(["DSL", "T1", "ISDN"])}</Internet><NumberEmployees>${random.between(2, 101)}</NumberEmployees></StoreSurvey>`
  );
}

function salesPersonColumns(context: Context): TableColumns {
  const random = context.random("SalesPerson");
  const ids = keys(salesPersons);
  const amounts = () =>
    ids.map(
      () => BigInt(random.between(500_000, 2_000_000)) * BigInt(random.between(9_000, 20_000)),
    );
  return {
    BusinessEntityID: ids,
    TerritoryID: ids.map(territoryOf),
    SalesQuota: ids.map((id) =>
      territoryOf(id) === null ? null : random.pick([2_500_000_000n, 3_000_000_000n]),
    ),
    Bonus: ids.map(() => BigInt(random.between(0, 67) * 1_000_000)),
    CommissionPct: ids.map(() => BigInt(random.between(0, 200))),
    SalesYTD: amounts(),
    SalesLastYear: amounts(),
    rowguid: guids(random, ids.length),
    ModifiedDate: ids.map((id) => datetime(2010, 12, 28) + (id % 30) * ticksPerDay),
  };
}

function quotaColumns(context: Context): TableColumns {
  const random = context.random("SalesPersonQuotaHistory");
  const counts = partition({
    random,
    total: context.rowCount("Sales.SalesPersonQuotaHistory"),
    groupCount: salesPersons.count,
    countMin: 4,
    countMax: 12,
  });
  const rows = counts.flatMap((count, index) =>
    fill(count, (quarter) => datetime(2011, 5 + 3 * quarter, 31)).map((day) => ({
      id: salesPersons.first + index,
      day,
    })),
  );
  return {
    BusinessEntityID: rows.map((row) => row.id),
    QuotaDate: rows.map((row) => row.day),
    SalesQuota: rows.map(() => BigInt(random.between(1, 1900)) * 10_000_000n),
    rowguid: guids(random, rows.length),
    ModifiedDate: rows.map((row) => row.day - 45 * ticksPerDay),
  };
}

function territoryColumns(context: Context): TableColumns {
  const random = context.random("SalesTerritoryHistory");
  const ids = keys(salesPersons);
  const starts = ids.map(() => datetime(2011, 5, 31) + random.below(4) * 184 * ticksPerDay);
  return {
    BusinessEntityID: ids,
    TerritoryID: ids.map((id) => territoryOf(id) ?? 1),
    StartDate: starts,
    EndDate: starts.map((start) => (random.chance(25) ? start + 364 * ticksPerDay : null)),
    rowguid: guids(random, ids.length),
    ModifiedDate: starts.map((start) => start - 7 * ticksPerDay),
  };
}
