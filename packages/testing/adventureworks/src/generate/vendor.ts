import type { Context, Generator } from "./context.ts";
import { datetime, ticksPerDay } from "./date.ts";
import { guids } from "./guid.ts";
import { keys, vendors } from "./key.ts";
import { fill, sequence, type TableColumns } from "./value.ts";
import { lastNames } from "./words/person.ts";

const shipMethods = [
  ["XRQ - TRUCK GROUND", 39_500n, 9_900n],
  ["ZY - EXPRESS", 99_500n, 19_900n],
  ["OVERSEAS - DELUXE", 299_500n, 29_900n],
  ["OVERNIGHT J-FAST", 219_500n, 12_900n],
  ["CARGO TRANSPORT 5", 89_900n, 14_900n],
] as const;

/** Vendors and the ways that goods are shipped. */
export const generateVendors: Generator = (context) => ({
  "Purchasing.Vendor": vendorColumns(context),
  "Purchasing.ShipMethod": {
    ShipMethodID: sequence(shipMethods.length, 1),
    Name: shipMethods.map(([name]) => name),
    ShipBase: shipMethods.map(([, base]) => base),
    ShipRate: shipMethods.map(([, , rate]) => rate),
    rowguid: guids(context.random("ShipMethod.rowguid"), shipMethods.length),
    ModifiedDate: shipMethods.map(() => datetime(2008, 4, 30)),
  },
});

function vendorColumns(context: Context): TableColumns {
  const random = context.random("Vendor");
  const ids = keys(vendors);
  const names = ids.map(() => random.pick(lastNames));
  const kinds = [
    "Cycles",
    "Manufacturing",
    "Teile GmbH",
    "Pièces détachées",
    "Компоненты",
    "部品",
  ] as const;
  return {
    BusinessEntityID: ids,
    AccountNumber: ids.map((id, row) => `${letters(row)}${String(id).padStart(4, "0")}`),
    Name: names.map((name) => `${name} ${random.pick(kinds)}`),
    CreditRating: fill(ids.length, () => random.pick([1, 1, 1, 1, 2, 3, 4, 5])),
    PreferredVendorStatus: fill(ids.length, () => random.chance(90)),
    ActiveFlag: fill(ids.length, () => random.chance(96)),
    PurchasingWebServiceURL: ids.map((id) =>
      random.chance(6) ? `www.vendor${id}.example/bestellung?größe=1` : null,
    ),
    ModifiedDate: ids.map((id) => datetime(2011, 4, 25) + (id % 300) * ticksPerDay),
  };
}

/** Seven letters that differ from row to row. */
function letters(row: number): string {
  return `VENDO${String.fromCharCode(65 + Math.floor(row / 26), 65 + (row % 26))}`;
}
