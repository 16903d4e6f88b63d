import type { Context, Generator } from "./context.ts";
import { datetime } from "./date.ts";
import { guids } from "./guid.ts";
import { at, fill, sequence, type TableColumns } from "./value.ts";
import { countries } from "./words/country.ts";
import { countryCurrencies, currencies } from "./words/currency.ts";
import { provinces } from "./words/province.ts";

const reviewed = datetime(2008, 4, 30);

/** Countries, their currencies, provinces and sales taxes. */
export const generateCountries: Generator = (context) => ({
  "Person.CountryRegion": {
    CountryRegionCode: countries.map(([code]) => code),
    Name: countries.map(([, name]) => name),
    ModifiedDate: countries.map(() => reviewed),
  },
  "Sales.Currency": {
    CurrencyCode: currencies.map(([code]) => code),
    Name: currencies.map(([, name]) => name),
    ModifiedDate: currencies.map(() => reviewed),
  },
  "Sales.CountryRegionCurrency": {
    CountryRegionCode: countryCurrencies.map(([country]) => country),
    CurrencyCode: countryCurrencies.map(([, currency]) => currency),
    ModifiedDate: fill(countryCurrencies.length, (row) => datetime(2014, 2, 8) + row * 211),
  },
  "Person.StateProvince": stateProvinceColumns(context),
  "Sales.SalesTaxRate": salesTaxRateColumns(context),
});

function stateProvinceColumns(context: Context): TableColumns {
  const rowCount = provinces.length;
  return {
    StateProvinceID: sequence(rowCount, 1),
    StateProvinceCode: provinces.map((province) => province.code.padEnd(3)),
    CountryRegionCode: provinces.map((province) => province.country),
    IsOnlyStateProvinceFlag: provinces.map((province) => province.country === "GB"),
    Name: provinces.map((province) => province.name),
    TerritoryID: provinces.map((province) => province.territory),
    rowguid: guids(context.random("StateProvince.rowguid"), rowCount),
    ModifiedDate: fill(rowCount, () => datetime(2014, 2, 8)),
  };
}

function salesTaxRateColumns(context: Context): TableColumns {
  const rowCount = context.rowCount("Sales.SalesTaxRate");
  const random = context.random("SalesTaxRate");
  const taxed = fill(rowCount, (row) => 1 + row * 6);
  return {
    SalesTaxRateID: sequence(rowCount, 1),
    StateProvinceID: taxed,
    TaxType: fill(rowCount, () => random.between(1, 3)),
    // Percent with four decimals.
    TaxRate: fill(rowCount, () => BigInt(random.between(20, 80) * 2500)),
    Name: taxed.map((id) => `${at(provinces, id - 1).name} Sales Tax`.slice(0, 50)),
    rowguid: guids(random, rowCount),
    ModifiedDate: fill(rowCount, () => reviewed),
  };
}
