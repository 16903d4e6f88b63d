import { type Context, column, type Generator, numbers } from "./context.ts";
import { datetime, timeOfDay } from "./date.ts";
import { distinct, partition } from "./partition.ts";
import { at, fill, sequence, type TableColumns } from "./value.ts";

const reasons = [
  ["Price", "Other"],
  ["On Promotion", "Promotion"],
  ["Magazine Advertisement", "Marketing"],
  ["Television  Advertisement", "Marketing"],
  ["Manufacturer", "Other"],
  ["Review", "Other"],
  ["Demo Event", "Marketing"],
  ["Sponsorship", "Marketing"],
  ["Quality", "Other"],
  ["Other", "Other"],
] as const;

/** Why people bought, and what they have not bought yet. */
export const generateSalesReasons: Generator = (context) => ({
  "Sales.SalesReason": {
    SalesReasonID: sequence(reasons.length, 1),
    Name: reasons.map(([name]) => name),
    ReasonType: reasons.map(([, type]) => type),
    ModifiedDate: reasons.map(() => datetime(2008, 4, 30)),
  },
  "Sales.ShoppingCartItem": cartColumns(context),
});

/** Sales.SalesOrderHeaderSalesReason: online orders name none to three reasons. */
export const generateOrderReasons: Generator = (context) => {
  const random = context.random("SalesOrderHeaderSalesReason");
  const headers = context.columns("Sales.SalesOrderHeader");
  const orderIds = numbers(headers, "SalesOrderID");
  const orderDates = numbers(headers, "OrderDate");
  const isOnline = column(headers, "OnlineOrderFlag");
  const onlineRows = orderIds.flatMap((_, row) => (isOnline[row] === true ? [row] : []));
  const counts = partition({
    random,
    total: context.rowCount("Sales.SalesOrderHeaderSalesReason"),
    groupCount: onlineRows.length,
    countMin: 0,
    countMax: 3,
  });
  const orderId: number[] = [];
  const reasonId: number[] = [];
  const modified: number[] = [];
  for (const [index, row] of onlineRows.entries()) {
    for (const reason of distinct(random, at(counts, index), 1, reasons.length)) {
      orderId.push(at(orderIds, row));
      reasonId.push(reason);
      modified.push(at(orderDates, row));
    }
  }
  return {
    "Sales.SalesOrderHeaderSalesReason": {
      SalesOrderID: orderId,
      SalesReasonID: reasonId,
      ModifiedDate: modified,
    },
  };
};

function cartColumns(context: Context): TableColumns {
  const rowCount = context.rowCount("Sales.ShoppingCartItem");
  const created = fill(rowCount, (row) => datetime(2013, 11, 9) + timeOfDay(17, 54, 7, 181 + row));
  return {
    ShoppingCartItemID: sequence(rowCount, 2),
    ShoppingCartID: ["14951", "20621", "20621"],
    Quantity: [3, 4, 7],
    ProductID: [862, 881, 874],
    DateCreated: created,
    ModifiedDate: created,
  };
}
