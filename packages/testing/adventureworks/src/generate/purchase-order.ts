import { bigints, type Context, type Generator, numbers } from "./context.ts";
import { datetime, ticksPerDay } from "./date.ts";
import { orderDay } from "./order-day.ts";
import { partition } from "./partition.ts";
import { at, fill, sequence, type TableColumns } from "./value.ts";

/** What the header and the lines of purchase orders agree on, one element per order. */
interface PurchaseOrders {
  readonly count: number;
  readonly vendorId: readonly number[];
  readonly orderDate: readonly number[];
  readonly lineCount: readonly number[];
}

/** What a vendor sells: ProductID and price in 0.0001. */
type Catalogue = ReadonlyMap<number, readonly { productId: number; price: number }[]>;

/** Purchasing.PurchaseOrderHeader and Purchasing.PurchaseOrderDetail, whose sums agree. */
export const generatePurchaseOrders: Generator = (context) => {
  const catalogue = vendorCatalogue(context);
  const orders = planOrders(context, catalogue);
  const detail = detailColumns(context, orders, catalogue);
  return {
    "Purchasing.PurchaseOrderDetail": detail.columns,
    "Purchasing.PurchaseOrderHeader": headerColumns(context, orders, detail.subTotals),
  };
};

function vendorCatalogue(context: Context): Catalogue {
  const offers = context.columns("Purchasing.ProductVendor");
  const productIds = numbers(offers, "ProductID");
  const prices = bigints(offers, "StandardPrice");
  const catalogue = new Map<number, { productId: number; price: number }[]>();
  for (const [row, vendorId] of numbers(offers, "BusinessEntityID").entries()) {
    const products = catalogue.get(vendorId) ?? [];
    products.push({ productId: at(productIds, row), price: Number(at(prices, row)) });
    catalogue.set(vendorId, products);
  }
  return catalogue;
}

function planOrders(context: Context, catalogue: Catalogue): PurchaseOrders {
  const random = context.random("PurchaseOrder.plan");
  const count = context.rowCount("Purchasing.PurchaseOrderHeader");
  const vendorIds = [...catalogue.keys()].toSorted((left, right) => left - right);
  const begin = datetime(2011, 4, 16);
  return {
    count,
    vendorId: fill(count, () => random.pick(vendorIds)),
    orderDate: fill(count, (row) => begin + orderDay(row, count, 1_255) * ticksPerDay),
    lineCount: partition({
      random,
      total: context.rowCount("Purchasing.PurchaseOrderDetail"),
      groupCount: count,
      countMin: 1,
      countMax: 50,
    }),
  };
}

function detailColumns(context: Context, orders: PurchaseOrders, catalogue: Catalogue) {
  const random = context.random("PurchaseOrderDetail");
  const rowCount = context.rowCount("Purchasing.PurchaseOrderDetail");
  const purchaseOrderId: number[] = [];
  const dueDate: number[] = [];
  const quantity: number[] = [];
  const productId: number[] = [];
  const unitPrice: bigint[] = [];
  const lineTotal: bigint[] = [];
  const received: number[] = [];
  const rejected: number[] = [];
  const subTotals: number[] = [];
  for (let order = 0; order < orders.count; order++) {
    const products = catalogue.get(at(orders.vendorId, order)) ?? [];
    const due = at(orders.orderDate, order) + 14 * ticksPerDay;
    const productFirst = random.below(products.length);
    let sum = 0;
    for (let line = 0; line < at(orders.lineCount, order); line++) {
      const product = at(products, (productFirst + line) % products.length);
      const units = random.pick([3, 4, 5, 60, 550, 550, 1250]);
      const unitsReceived = random.chance(95) ? units : units - random.below(3);
      purchaseOrderId.push(order + 1);
      dueDate.push(due);
      quantity.push(units);
      productId.push(product.productId);
      unitPrice.push(BigInt(product.price));
      lineTotal.push(BigInt(product.price * units));
      received.push(unitsReceived);
      rejected.push(random.chance(8) ? random.below(unitsReceived + 1) : 0);
      sum += product.price * units;
    }
    subTotals.push(sum);
  }
  const columns: TableColumns = {
    PurchaseOrderID: purchaseOrderId,
    PurchaseOrderDetailID: sequence(rowCount, 1),
    DueDate: dueDate,
    OrderQty: quantity,
    ProductID: productId,
    UnitPrice: unitPrice,
    LineTotal: lineTotal,
    // Decimals of scale 2.
    ReceivedQty: received.map((units) => BigInt(units * 100)),
    RejectedQty: rejected.map((units) => BigInt(units * 100)),
    StockedQty: received.map((units, row) => BigInt((units - at(rejected, row)) * 100)),
    ModifiedDate: dueDate.map((due) => due - 5 * ticksPerDay),
  };
  return { columns, subTotals };
}

function headerColumns(
  context: Context,
  orders: PurchaseOrders,
  subTotals: readonly number[],
): TableColumns {
  const random = context.random("PurchaseOrderHeader");
  const { count, orderDate } = orders;
  const status = fill(count, () => (random.chance(92) ? 4 : random.between(1, 3)));
  const taxes = subTotals.map((amount) => Math.floor((amount * 8 + 50) / 100));
  const freights = subTotals.map((amount) => Math.floor((amount * 25 + 500) / 1000));
  const shipDate = orderDate.map((day, row) =>
    status[row] === 1 ? null : day + random.between(9, 25) * ticksPerDay,
  );
  return {
    PurchaseOrderID: sequence(count, 1),
    RevisionNumber: fill(count, () => random.between(4, 6)),
    Status: status,
    EmployeeID: fill(count, () => random.between(250, 261)),
    VendorID: orders.vendorId,
    ShipMethodID: fill(count, () => random.between(2, 5)),
    OrderDate: orderDate,
    ShipDate: shipDate,
    SubTotal: subTotals.map(BigInt),
    TaxAmt: taxes.map(BigInt),
    Freight: freights.map(BigInt),
    TotalDue: subTotals.map((amount, row) => BigInt(amount + at(taxes, row) + at(freights, row))),
    ModifiedDate: orderDate.map((day, row) => shipDate[row] ?? day),
  };
}
