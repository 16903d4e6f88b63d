import { type Context, numbers } from "./context.ts";
import { guids } from "./guid.ts";
import { finishedGoodFirst, salesOrderFirst } from "./key.ts";
import { productPrices } from "./product.ts";
import type { Random } from "./random.ts";
import type { SalesOrders } from "./sales-order.ts";
import { discountPercent } from "./special-offer.ts";
import { at, type SqlValue, sequence, type TableColumns } from "./value.ts";

/** The lines, and per order their sum rounded to 0.0001 (in that unit). */
export interface SalesOrderLines {
  readonly columns: TableColumns;
  readonly subTotals: readonly number[];
}

/** Offers by quantity: the offer from this quantity on. */
const volumeOffers = [
  [61, 6],
  [41, 5],
  [25, 4],
  [15, 3],
  [11, 2],
] as const;

/** Lines of every order; stores buy more of each, at 60 % of the list price and with offers. */
export function salesOrderDetailColumns(context: Context, orders: SalesOrders): SalesOrderLines {
  const rowCount = context.rowCount("Sales.SalesOrderDetail");
  const random = context.random("SalesOrderDetail");
  const prices = productPrices(context);
  const isOffered = offerTest(context);
  const salesOrderId: number[] = [];
  const tracking: SqlValue[] = [];
  const quantity: number[] = [];
  const productId: number[] = [];
  const offerId: number[] = [];
  const unitPrice: bigint[] = [];
  const discount: bigint[] = [];
  const lineTotal: bigint[] = [];
  const modified: number[] = [];
  const subTotals: number[] = [];
  for (let order = 0; order < orders.count; order++) {
    const isOnline = at(orders.isOnline, order);
    const orderTracking = isOnline ? null : trackingNumber(random);
    const orderDate = at(orders.orderDate, order);
    // Products of an order differ: they step through the 295 finished goods from a random one.
    const productFirst = random.below(295);
    const step = random.between(1, 4);
    let sum = 0;
    for (let line = 0; line < at(orders.lineCount, order); line++) {
      const product = finishedGoodFirst + ((productFirst + line * step) % 295);
      const units = isOnline ? 1 : unitsOf(random);
      const offer = isOnline ? 1 : offerOf(random, units, product, isOffered);
      const listPrice = prices.get(product) ?? 0;
      const price = isOnline ? listPrice : Math.floor((listPrice * 6) / 10);
      const percent = discountPercent(offer);
      // Price in 0.0001 times hundredths: the line's total in 0.000001, exact.
      const total = price * (100 - percent) * units;
      sum += total;
      salesOrderId.push(salesOrderFirst + order);
      tracking.push(orderTracking);
      quantity.push(units);
      productId.push(product);
      offerId.push(offer);
      unitPrice.push(BigInt(price));
      discount.push(BigInt(percent * 100));
      lineTotal.push(BigInt(total));
      modified.push(orderDate);
    }
    subTotals.push(Math.floor((sum + 50) / 100));
  }
  const columns = {
    SalesOrderID: salesOrderId,
    SalesOrderDetailID: sequence(rowCount, 1),
    CarrierTrackingNumber: tracking,
    OrderQty: quantity,
    ProductID: productId,
    SpecialOfferID: offerId,
    UnitPrice: unitPrice,
    UnitPriceDiscount: discount,
    LineTotal: lineTotal,
    rowguid: guids(context.random("SalesOrderDetail.rowguid"), rowCount),
    ModifiedDate: modified,
  };
  return { columns, subTotals };
}

type OfferTest = (offerId: number, productId: number) => boolean;

function offerTest(context: Context): OfferTest {
  const offered = context.columns("Sales.SpecialOfferProduct");
  const products = numbers(offered, "ProductID");
  const pairs = new Set(
    numbers(offered, "SpecialOfferID").map((offer, row) => offer * 1000 + at(products, row)),
  );
  return (offerId, productId) => pairs.has(offerId * 1000 + productId);
}

function offerOf(random: Random, units: number, productId: number, isOffered: OfferTest): number {
  for (const [unitsFrom, offer] of volumeOffers) {
    if (units >= unitsFrom && isOffered(offer, productId)) return offer;
  }
  const seasonal = random.between(7, 80);
  return seasonal <= 16 && isOffered(seasonal, productId) ? seasonal : 1;
}

function unitsOf(random: Random): number {
  return random.chance(92) ? random.between(1, 6) : random.between(7, 44);
}

function trackingNumber(random: Random): string {
  const hex = random.next().toString(16).toUpperCase().padStart(8, "0");
  return `${hex.slice(0, 4)}-${hex.slice(4)}-${(256 + random.below(256)).toString(16).slice(1).toUpperCase()}`;
}
