import { fill } from "./value.ts";

/** A run of consecutive keys. */
export interface KeyRange {
  readonly first: number;
  readonly count: number;
}

/** Who owns which BusinessEntityID; together they are the 20,777 business entities. */
export const employees: KeyRange = { first: 1, count: 290 };
/** The last 17 employees sell. */
export const salesPersons: KeyRange = { first: 274, count: 17 };
export const vendors: KeyRange = { first: 291, count: 104 };
export const stores: KeyRange = { first: 395, count: 701 };
export const storeContacts: KeyRange = { first: 1096, count: 753 };
export const vendorContacts: KeyRange = { first: 1849, count: 156 };
export const individuals: KeyRange = { first: 2005, count: 18_484 };
export const generalContacts: KeyRange = { first: 20_489, count: 289 };

/** Customers: each store by itself, each individual, and store contacts who order for their store. */
export const storeCustomers: KeyRange = { first: 1, count: 701 };
export const individualCustomers: KeyRange = { first: 11_000, count: 18_484 };
export const contactCustomers: KeyRange = { first: 29_484, count: 635 };

/** The first SalesOrderID. */
export const salesOrderFirst = 43_659;

/** The 504 ProductIDs: 209 components, then 295 finished goods. */
export const productIds: readonly number[] = [
  ...fill(4, (row) => 1 + row),
  ...fill(180, (row) => 316 + row),
  ...fill(320, (row) => 680 + row),
];

/** The first ProductID that is sold. */
export const finishedGoodFirst = 705;

/** All keys of a range. */
export function keys(range: KeyRange): number[] {
  return fill(range.count, (row) => range.first + row);
}

/** How many of the first stores and individuals have a second address. */
const secondAddresses = { stores: 11, individuals: 24 } as const;

/** How many addresses a business entity has. */
export function addressCount(businessEntityId: number): number {
  const storeIndex = businessEntityId - stores.first;
  const individualIndex = businessEntityId - individuals.first;
  if (storeIndex < 0) return 1;
  if (storeIndex < stores.count) return storeIndex < secondAddresses.stores ? 2 : 1;
  if (individualIndex < 0 || individualIndex >= individuals.count) return 0;
  return individualIndex < secondAddresses.individuals ? 2 : 1;
}

/** The first address of an employee, vendor, store or individual: addresses follow their owners. */
export function addressOf(businessEntityId: number): number {
  const individualIndex = businessEntityId - individuals.first;
  if (individualIndex >= 0) {
    const storesLast = addressOf(stores.first + stores.count - 1);
    return (
      storesLast + 1 + individualIndex + Math.min(individualIndex, secondAddresses.individuals)
    );
  }
  const storeIndex = businessEntityId - stores.first;
  return businessEntityId + Math.min(Math.max(storeIndex, 0), secondAddresses.stores);
}

/** The store that a store contact works for; the contacts past the last store start over. */
export function storeOfContact(personId: number): number {
  return stores.first + ((personId - storeContacts.first) % stores.count);
}

/** The sales person who looks after a store; two stores have none. */
export function salesPersonOf(storeId: number): number | null {
  if (storeId % 350 === 7) return null;
  return salesPersons.first + ((storeId * 7) % salesPersons.count);
}

/** People with a credit card: the first store contacts and every individual, 19,118 together. */
const cardContactCount = 634;
const cardCount = cardContactCount + individuals.count;

/** The CreditCardID of a person, or `undefined` for one without; a permutation of the cards. */
export function creditCardOf(personId: number): number | undefined {
  const contactIndex = personId - storeContacts.first;
  if (contactIndex >= 0 && contactIndex < cardContactCount) return creditCardAt(contactIndex);
  const individualIndex = personId - individuals.first;
  if (individualIndex < 0 || individualIndex >= individuals.count) return undefined;
  return creditCardAt(cardContactCount + individualIndex);
}

function creditCardAt(index: number): number {
  return 1 + ((index * 7919) % cardCount); // 7919 shares no factor with 19,118.
}
