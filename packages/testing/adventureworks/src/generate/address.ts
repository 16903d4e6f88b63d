import { type Context, type Generator, numbers } from "./context.ts";
import { customerRow } from "./customer.ts";
import { datetime, ticksPerDay } from "./date.ts";
import { guids } from "./guid.ts";
import {
  addressCount,
  employees,
  individualCustomers,
  individuals,
  keys,
  storeCustomers,
  stores,
  vendors,
} from "./key.ts";
import type { Random } from "./random.ts";
import { at, fill, type SqlValue, sequence, type TableColumns } from "./value.ts";
import { type Place, places } from "./words/place.ts";
import { provinces } from "./words/province.ts";

const addressTypes = ["Billing", "Home", "Main Office", "Primary", "Shipping", "Archive"] as const;
const home = 2;
const mainOffice = 3;
const shipping = 5;

/** Addresses and whose they are: employees, vendors, stores and individuals, in that order. */
export const generateAddresses: Generator = (context) => {
  const owners = addressOwners();
  return {
    "Person.Address": addressColumns(context, owners),
    "Person.AddressType": {
      AddressTypeID: sequence(addressTypes.length, 1),
      Name: addressTypes,
      rowguid: guids(context.random("AddressType.rowguid"), addressTypes.length),
      ModifiedDate: addressTypes.map(() => datetime(2008, 4, 30)),
    },
    "Person.BusinessEntityAddress": {
      BusinessEntityID: owners,
      AddressID: sequence(owners.length, 1),
      AddressTypeID: owners.map((owner, row) => addressType(owner, owners[row - 1] === owner)),
      rowguid: guids(context.random("BusinessEntityAddress.rowguid"), owners.length),
      ModifiedDate: owners.map((_, row) => datetime(2011, 5, 31) + (row % 1100) * ticksPerDay),
    },
  };
};

/** The owner of every address, in the order of AddressID. */
function addressOwners(): number[] {
  return [employees, vendors, stores, individuals]
    .flatMap(keys)
    .flatMap((owner) => fill(addressCount(owner), () => owner));
}

function addressType(owner: number, isSecond: boolean): number {
  if (isSecond) return shipping;
  return owner >= vendors.first && owner < stores.first + stores.count ? mainOffice : home;
}

function addressColumns(context: Context, owners: readonly number[]): TableColumns {
  const rowCount = owners.length;
  const random = context.random("Address");
  const provincesByTerritory = places.map((_, index) =>
    provinces.flatMap((province, row) => (province.territory === index + 1 ? [row + 1] : [])),
  );
  const territories = territoriesOfOwners(context, owners, random);
  const place = territories.map((territory) => at(places, territory - 1));
  return {
    AddressID: sequence(rowCount, 1),
    AddressLine1: place.map((local) => streetLine(random, local)),
    AddressLine2: fill(rowCount, () => secondLine(random)),
    City: place.map((local) => random.pick(local.cities)),
    StateProvinceID: territories.map((territory) =>
      random.pick(at(provincesByTerritory, territory - 1)),
    ),
    PostalCode: place.map((local) => postalCode(random, local.postalCode)),
    SpatialLocation: place.map((local) => (random.chance(98) ? point(random, local) : null)),
    rowguid: guids(context.random("Address.rowguid"), rowCount),
    ModifiedDate: fill(rowCount, (row) => datetime(2006, 6, 23) + (row % 2900) * ticksPerDay),
  };
}

/** Customers live in the territory that they order from; employees in the first, vendors anywhere. */
function territoriesOfOwners(
  context: Context,
  owners: readonly number[],
  random: Random,
): number[] {
  const customerTerritories = numbers(context.columns("Sales.Customer"), "TerritoryID");
  return owners.map((owner) => {
    if (owner < vendors.first) return 1;
    if (owner < stores.first) return random.between(1, places.length);
    const customerId =
      owner < individuals.first
        ? storeCustomers.first + owner - stores.first
        : individualCustomers.first + owner - individuals.first;
    return at(customerTerritories, customerRow(customerId));
  });
}

function streetLine(random: Random, place: Place): string {
  const number = random.between(1, 9999);
  const street = random.pick(place.streets);
  return place.postalCode === "#####" && place.longitude > 10_000_000
    ? `${street} ${number}`
    : `${number}, ${street}`;
}

function secondLine(random: Random): SqlValue {
  const draw = random.below(400);
  if (draw === 0) return "Hinterhaus, 3. Stock – bitte läuten 🔔";
  return draw < 8 ? `# ${random.between(1, 600)}` : null;
}

function postalCode(random: Random, pattern: string): string {
  let code = "";
  for (const sign of pattern) {
    if (sign === "#") code += random.below(10);
    else if (sign === "@") code += String.fromCharCode(65 + random.below(26));
    else code += sign;
  }
  return code;
}

/** A point within a degree of the place, as WKT with the shortest digits. */
function point(random: Random, place: Place): string {
  const longitude = place.longitude + random.between(-900_000, 900_000);
  const latitude = place.latitude + random.between(-900_000, 900_000);
  // One correctly rounded division each: alike on every machine.
  return `POINT (${longitude / 1_000_000} ${latitude / 1_000_000})`;
}
