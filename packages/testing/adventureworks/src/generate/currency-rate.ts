import type { Context, Generator } from "./context.ts";
import { datetime, ticksPerDay } from "./date.ts";
import { at, fill, sequence, type TableColumns } from "./value.ts";

/** Currencies with a rate for every day, and about how many of them a dollar buys, in 0.0001. */
const rates = [
  ["AUD", 10_200],
  ["BRL", 22_400],
  ["CAD", 10_400],
  ["CNY", 61_900],
  ["DEM", 14_700],
  ["EUR", 7_500],
  ["FRF", 49_300],
  ["GBP", 6_200],
  ["JPY", 1_029_000],
  ["MXN", 130_400],
  ["SAR", 37_500],
  ["VEB", 63_000_000],
] as const;

/** Rates and sales orders begin on this day. */
export const ordersBegin = datetime(2011, 5, 31);

const currencyByTerritory = new Map([
  [6, "CAD"],
  [7, "EUR"],
  [8, "EUR"],
  [9, "AUD"],
  [10, "GBP"],
]);

/** Sales.CurrencyRate: every currency, every day. */
export const generateCurrencyRates: Generator = (context) => ({
  "Sales.CurrencyRate": currencyRateColumns(context),
});

/** The rate of a territory's currency on an order date; `null` where dollars are paid. */
export function currencyRateOf(territoryId: number, orderDate: number): number | null {
  const currency = currencyByTerritory.get(territoryId);
  if (currency === undefined) return null;
  const day = (orderDate - ordersBegin) / ticksPerDay;
  return 1 + day * rates.length + rates.findIndex(([code]) => code === currency);
}

function currencyRateColumns(context: Context): TableColumns {
  const rowCount = context.rowCount("Sales.CurrencyRate");
  const random = context.random("CurrencyRate");
  const dates = fill(rowCount, (row) => ordersBegin + Math.floor(row / rates.length) * ticksPerDay);
  const average = fill(rowCount, (row) => {
    const [, rate] = at(rates, row % rates.length);
    return Math.floor((rate * random.between(9_700, 10_300)) / 10_000);
  });
  return {
    CurrencyRateID: sequence(rowCount, 1),
    CurrencyRateDate: dates,
    FromCurrencyCode: fill(rowCount, () => "USD"),
    ToCurrencyCode: fill(rowCount, (row) => at(rates, row % rates.length)[0]),
    AverageRate: average.map(BigInt),
    EndOfDayRate: average.map((rate) => BigInt(rate + random.below(20))),
    ModifiedDate: dates,
  };
}
