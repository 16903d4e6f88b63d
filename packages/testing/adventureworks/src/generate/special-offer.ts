import type { Context, Generator } from "./context.ts";
import { datetime } from "./date.ts";
import { guids } from "./guid.ts";
import { finishedGoodFirst, productIds } from "./key.ts";
import { distinct, partition } from "./partition.ts";
import { fill, sequence, type TableColumns } from "./value.ts";

interface Offer {
  readonly description: string;
  /** Hundredths: 15 is 15 %. */
  readonly discountPercent: number;
  readonly type: string;
  readonly category: string;
  readonly quantityMin: number;
  readonly quantityMax: number | null;
}

const volume = { type: "Volume Discount", category: "Reseller" } as const;
const seasonal = { category: "Reseller", quantityMin: 0, quantityMax: null } as const;

const offers: readonly Offer[] = [
  {
    description: "No Discount",
    discountPercent: 0,
    type: "No Discount",
    category: "No Discount",
    quantityMin: 0,
    quantityMax: null,
  },
  {
    ...volume,
    description: "Volume Discount 11 to 14",
    discountPercent: 2,
    quantityMin: 11,
    quantityMax: 14,
  },
  {
    ...volume,
    description: "Volume Discount 15 to 24",
    discountPercent: 5,
    quantityMin: 15,
    quantityMax: 24,
  },
  {
    ...volume,
    description: "Volume Discount 25 to 40",
    discountPercent: 10,
    quantityMin: 25,
    quantityMax: 40,
  },
  {
    ...volume,
    description: "Volume Discount 41 to 60",
    discountPercent: 15,
    quantityMin: 41,
    quantityMax: 60,
  },
  {
    ...volume,
    description: "Volume Discount over 60",
    discountPercent: 20,
    quantityMin: 61,
    quantityMax: null,
  },
  {
    ...seasonal,
    description: "Mountain-100 Clearance Sale",
    discountPercent: 35,
    type: "Discontinued Product",
  },
  {
    ...seasonal,
    description: "Sport Helmet Discount – 2002",
    discountPercent: 10,
    type: "Seasonal Discount",
  },
  { ...seasonal, description: "Road-650 Overstock", discountPercent: 30, type: "Excess Inventory" },
  {
    ...seasonal,
    description: "Mountain Tire Sale",
    discountPercent: 50,
    type: "Excess Inventory",
    category: "Customer",
  },
  {
    ...seasonal,
    description: "Sport Helmet Discount – 2003",
    discountPercent: 15,
    type: "Seasonal Discount",
  },
  { ...seasonal, description: "LL Road Frame Sale", discountPercent: 35, type: "Excess Inventory" },
  { ...seasonal, description: "Touring-3000 Promotion", discountPercent: 15, type: "New Product" },
  { ...seasonal, description: "Touring-1000 Promotion", discountPercent: 20, type: "New Product" },
  {
    ...seasonal,
    description: "Half-Price Pedal Sale",
    discountPercent: 50,
    type: "Seasonal Discount",
    category: "Customer",
  },
  {
    ...seasonal,
    description: "Rabatt für Größe XL (été à moitié prix)",
    discountPercent: 40,
    type: "Discontinued Product",
  },
];

/** Sales.SpecialOffer and the products of each offer; the first offer has every finished good. */
export const generateSpecialOffers: Generator = (context) => ({
  "Sales.SpecialOffer": specialOfferColumns(context),
  "Sales.SpecialOfferProduct": specialOfferProductColumns(context),
});

/** Discount in percent of a SpecialOfferID. */
export function discountPercent(specialOfferId: number): number {
  return offers[specialOfferId - 1]?.discountPercent ?? 0;
}

function specialOfferColumns(context: Context): TableColumns {
  const starts = offers.map((_, row) => datetime(2011 + (row % 3), 5, 1));
  return {
    SpecialOfferID: sequence(offers.length, 1),
    Description: offers.map((offer) => offer.description),
    DiscountPct: offers.map((offer) => BigInt(offer.discountPercent * 100)),
    Type: offers.map((offer) => offer.type),
    Category: offers.map((offer) => offer.category),
    StartDate: starts,
    EndDate: offers.map((_, row) => datetime(2014, 5 + (row % 2), 30)),
    MinQty: offers.map((offer) => offer.quantityMin),
    MaxQty: offers.map((offer) => offer.quantityMax),
    rowguid: guids(context.random("SpecialOffer.rowguid"), offers.length),
    ModifiedDate: starts,
  };
}

function specialOfferProductColumns(context: Context): TableColumns {
  const random = context.random("SpecialOfferProduct");
  const rowCount = context.rowCount("Sales.SpecialOfferProduct");
  const finished = productIds.filter((id) => id >= finishedGoodFirst);
  const counts = partition({
    random,
    total: rowCount - finished.length,
    groupCount: offers.length - 1,
    countMin: 1,
    countMax: 40,
  });
  const productsByOffer = [
    finished,
    ...counts.map((count) => distinct(random, count, finishedGoodFirst, 999)),
  ];
  return {
    SpecialOfferID: productsByOffer.flatMap((products, row) => products.map(() => row + 1)),
    ProductID: productsByOffer.flat(),
    rowguid: guids(random, rowCount),
    ModifiedDate: fill(rowCount, (row) => datetime(2011, 4, 1) + (row % 7)),
  };
}
