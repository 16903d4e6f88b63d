import { type Context, type Generator, numbers } from "./context.ts";
import { currencyRateOf, ordersBegin } from "./currency-rate.ts";
import { customerRow } from "./customer.ts";
import { ticksPerDay } from "./date.ts";
import { guids } from "./guid.ts";
import {
  addressOf,
  contactCustomers,
  creditCardOf,
  individualCustomers,
  individuals,
  salesOrderFirst,
  salesPersonOf,
  storeContacts,
  storeOfContact,
} from "./key.ts";
import { orderDay } from "./order-day.ts";
import { partition } from "./partition.ts";
import { salesOrderDetailColumns } from "./sales-order-detail.ts";
import { at, fill, type TableColumns } from "./value.ts";

/** What the header and the lines of sales orders agree on, one element per order. */
export interface SalesOrders {
  readonly count: number;
  readonly isOnline: readonly boolean[];
  readonly orderDate: readonly number[];
  readonly lineCount: readonly number[];
}

/** Orders and lines that came from people on the web, of 31,465 and 121,317. */
const onlineOrders = 27_659 / 31_465;
const onlineLines = 60_398 / 121_317;

/** Days from the first order to the last. */
const dayCount = 1_126;

const comments = [
  "Bitte klingeln bei Müller, 2. Stock.",
  "Livrer après 18 h, merci ! 🚲",
  "请放在门口 👍🏽",
  "Оставить у соседа",
  'Leave at the "side" door; beware of <dog> & cat\nCall first.',
] as const;

/** Sales.SalesOrderHeader and Sales.SalesOrderDetail, whose sums agree. */
export const generateSalesOrders: Generator = (context) => {
  const orders = planOrders(context);
  const detail = salesOrderDetailColumns(context, orders);
  return {
    "Sales.SalesOrderDetail": detail.columns,
    "Sales.SalesOrderHeader": headerColumns(context, orders, detail.subTotals),
  };
};

function planOrders(context: Context): SalesOrders {
  const random = context.random("SalesOrder.plan");
  const count = context.rowCount("Sales.SalesOrderHeader");
  const lineTotal = context.rowCount("Sales.SalesOrderDetail");
  const onlineCount = Math.round(count * onlineOrders);
  const onlineLineTotal = Math.max(onlineCount, Math.round(lineTotal * onlineLines));
  const onlineLineCounts = partition({
    random,
    total: onlineLineTotal,
    groupCount: onlineCount,
    countMin: 1,
    countMax: 8,
  });
  const storeLineCounts = partition({
    random,
    total: lineTotal - onlineLineTotal,
    groupCount: count - onlineCount,
    countMin: 1,
    countMax: 72,
  });
  const isOnline: boolean[] = [];
  const lineCount: number[] = [];
  let onlineIndex = 0;
  for (let order = 0; order < count; order++) {
    // Selection sampling: exactly `onlineCount` orders are chosen, each alike likely.
    const online = random.below(count - order) < onlineCount - onlineIndex;
    isOnline.push(online);
    lineCount.push(
      online ? at(onlineLineCounts, onlineIndex++) : at(storeLineCounts, order - onlineIndex),
    );
  }
  const orderDate = fill(
    count,
    (order) => ordersBegin + orderDay(order, count, dayCount) * ticksPerDay,
  );
  return { count, isOnline, orderDate, lineCount };
}

/** Who ordered: all that follows from the customer of an order. */
interface Buyer {
  readonly customerId: number;
  readonly personId: number;
  readonly storeId: number | undefined;
}

function buyerOf(isOnline: boolean, draw: number): Buyer {
  if (isOnline) {
    const index = draw % individuals.count;
    return {
      customerId: individualCustomers.first + index,
      personId: individuals.first + index,
      storeId: undefined,
    };
  }
  const index = draw % contactCustomers.count;
  const personId = storeContacts.first + index;
  return {
    customerId: contactCustomers.first + index,
    personId,
    storeId: storeOfContact(personId),
  };
}

function headerColumns(
  context: Context,
  orders: SalesOrders,
  subTotals: readonly number[],
): TableColumns {
  const { count, isOnline, orderDate } = orders;
  const random = (name: string) => context.random(`SalesOrderHeader.${name}`);
  const buyerRandom = random("CustomerID");
  const buyers: Buyer[] = [];
  for (let row = 0; row < count; row++) {
    buyers.push(buyerOf(isOnline[row] === true, buyerRandom.next()));
  }
  const territories = numbers(context.columns("Sales.Customer"), "TerritoryID");
  const territory = buyers.map((buyer) => at(territories, customerRow(buyer.customerId)));
  const address = buyers.map((buyer) => addressOf(buyer.storeId ?? buyer.personId));
  const isOpen = (row: number) => row >= count - Math.ceil(count / 200);
  const statusRandom = random("Status");
  const numberRandom = random("PurchaseOrderNumber");
  const codeRandom = random("CreditCardApprovalCode");
  const commentRandom = random("Comment");
  const creditCard = buyers.map((buyer, row) =>
    row % 28 === 27 ? null : (creditCardOf(buyer.personId) ?? null),
  );
  const shipDate = orderDate.map((day, row) => (isOpen(row) ? null : day + 7 * ticksPerDay));
  return {
    SalesOrderID: fill(count, (row) => salesOrderFirst + row),
    RevisionNumber: fill(count, () => (statusRandom.chance(1) ? 9 : 8)),
    OrderDate: orderDate,
    DueDate: orderDate.map((day) => day + 12 * ticksPerDay),
    ShipDate: shipDate,
    Status: fill(count, (row) => (isOpen(row) ? statusRandom.between(1, 4) : 5)),
    OnlineOrderFlag: isOnline,
    SalesOrderNumber: fill(count, (row) => `SO${salesOrderFirst + row}`),
    PurchaseOrderNumber: isOnline.map((online) =>
      online ? null : `PO${numberRandom.between(100, 999)}${100_000 + numberRandom.below(900_000)}`,
    ),
    AccountNumber: buyers.map((buyer, row) => (row % 640 === 99 ? null : accountNumber(buyer))),
    CustomerID: buyers.map((buyer) => buyer.customerId),
    SalesPersonID: buyers.map((buyer) =>
      buyer.storeId === undefined ? null : salesPersonOf(buyer.storeId),
    ),
    TerritoryID: territory.map((id, row) => (row % 480 === 99 ? null : id)),
    BillToAddressID: address,
    ShipToAddressID: address,
    ShipMethodID: isOnline.map((online) => (online ? 1 : 5)),
    CreditCardID: creditCard,
    CreditCardApprovalCode: creditCard.map((card) =>
      card === null
        ? null
        : `${codeRandom.between(100_000, 999_999)}Vi${codeRandom.between(1000, 99_999)}`,
    ),
    CurrencyRateID: orderDate.map((day, row) => currencyRateOf(at(territory, row), day)),
    ...moneyColumns(subTotals),
    Comment: fill(count, () =>
      commentRandom.below(200) === 0 ? commentRandom.pick(comments) : null,
    ),
    rowguid: guids(random("rowguid"), count),
    ModifiedDate: orderDate.map((day, row) => shipDate[row] ?? day),
  };
}

function accountNumber({ storeId, customerId }: Buyer): string {
  return storeId === undefined
    ? `10-4030-${String(customerId).padStart(6, "0")}`
    : `10-4020-${String(storeId).padStart(6, "0")}`;
}

/** Tax is 8 % and freight 2.5 % of the subtotal, rounded to 0.0001; all in that unit. */
function moneyColumns(subTotals: readonly number[]): TableColumns {
  const taxes = subTotals.map((amount) => Math.floor((amount * 8 + 50) / 100));
  const freights = subTotals.map((amount) => Math.floor((amount * 25 + 500) / 1000));
  return {
    SubTotal: subTotals.map(BigInt),
    TaxAmt: taxes.map(BigInt),
    Freight: freights.map(BigInt),
    TotalDue: subTotals.map((amount, row) => BigInt(amount + at(taxes, row) + at(freights, row))),
  };
}
