import type { Context, Generator } from "./context.ts";
import { datetime, timeOfDay } from "./date.ts";
import { guids } from "./guid.ts";
import {
  contactCustomers,
  individualCustomers,
  individuals,
  keys,
  storeContacts,
  storeCustomers,
  storeOfContact,
  stores,
} from "./key.ts";
import { fill, type TableColumns } from "./value.ts";

/** Sales.Customer: stores, individuals, and contacts who order for their store. */
export const generateCustomers: Generator = (context) => ({
  "Sales.Customer": customerColumns(context),
});

/** Territories of the United States have more customers than the others. */
const territories = [1, 1, 1, 4, 4, 4, 4, 6, 6, 7, 8, 9, 9, 9, 10, 10, 2, 3, 5] as const;

function customerColumns(context: Context): TableColumns {
  const random = context.random("Customer");
  const contactPersons = fill(contactCustomers.count, (row) => storeContacts.first + row);
  const customerIds = [
    ...keys(storeCustomers),
    ...keys(individualCustomers),
    ...keys(contactCustomers),
  ];
  const storeTerritories = fill(stores.count, () => random.pick(territories));
  const territoryOfStore = (store: number) => storeTerritories[store - stores.first] ?? null;
  return {
    CustomerID: customerIds,
    PersonID: [...fill(storeCustomers.count, () => null), ...keys(individuals), ...contactPersons],
    StoreID: [
      ...keys(stores),
      ...fill(individuals.count, () => null),
      ...contactPersons.map(storeOfContact),
    ],
    TerritoryID: [
      ...keys(stores).map(territoryOfStore),
      ...fill(individuals.count, () => random.pick(territories)),
      ...contactPersons.map((person) => territoryOfStore(storeOfContact(person))),
    ],
    AccountNumber: customerIds.map((id) => `AW${String(id).padStart(8, "0")}`),
    rowguid: guids(random, customerIds.length),
    ModifiedDate: fill(
      customerIds.length,
      (row) => datetime(2014, 9, 12) + timeOfDay(11, 15, 7) + ((row * 79) % 300),
    ),
  };
}

/** The row of a CustomerID in Sales.Customer. */
export function customerRow(customerId: number): number {
  if (customerId < individualCustomers.first) return customerId - storeCustomers.first;
  return customerId - individualCustomers.first + storeCustomers.count;
}
