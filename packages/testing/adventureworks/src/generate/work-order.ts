import type { Context, Generator } from "./context.ts";
import { datetime, ticksPerDay } from "./date.ts";
import { finishedGoodFirst } from "./key.ts";
import { orderDay } from "./order-day.ts";
import { partition } from "./partition.ts";
import { at, fill, type SqlValue, sequence, type TableColumns } from "./value.ts";

/** The work centres that an operation is done at, in the order of the work, and an hour's price in 0.0001. */
const workCentres = [
  [10, 225_000],
  [20, 250_000],
  [30, 145_000],
  [40, 157_500],
  [45, 180_000],
  [50, 122_500],
  [60, 122_500],
] as const;

/** Production.WorkOrder and the operations of each. */
export const generateWorkOrders: Generator = (context) => {
  const rowCount = context.rowCount("Production.WorkOrder");
  const random = context.random("WorkOrder");
  const begin = datetime(2011, 6, 3);
  const productId = fill(rowCount, () => finishedGoodFirst + random.below(295));
  const start = fill(rowCount, (row) => begin + orderDay(row, rowCount, 1_095) * ticksPerDay);
  return {
    "Production.WorkOrder": workOrderColumns(context, productId, start),
    "Production.WorkOrderRouting": routingColumns(context, productId, start),
  };
};

function workOrderColumns(
  context: Context,
  productId: readonly number[],
  start: readonly number[],
): TableColumns {
  const rowCount = productId.length;
  const random = context.random("WorkOrder.quantity");
  const ordered = fill(rowCount, () =>
    random.chance(3) ? random.between(1_000, 39_270) : random.between(1, 200),
  );
  const scrapped = ordered.map((quantity) => (random.chance(1) ? Math.ceil(quantity / 50) : 0));
  const isOpen = (row: number) => row >= rowCount - Math.ceil(rowCount / 500);
  const end = start.map((day, row) =>
    isOpen(row) ? null : day + random.between(10, 18) * ticksPerDay,
  );
  return {
    WorkOrderID: sequence(rowCount, 1),
    ProductID: productId,
    OrderQty: ordered,
    StockedQty: ordered.map((quantity, row) => quantity - at(scrapped, row)),
    ScrappedQty: scrapped,
    StartDate: start,
    EndDate: end,
    DueDate: start.map((day) => day + 11 * ticksPerDay),
    ScrapReasonID: scrapped.map((quantity) => (quantity === 0 ? null : random.between(1, 16))),
    ModifiedDate: start.map((day, row) => end[row] ?? day),
  };
}

function routingColumns(
  context: Context,
  productId: readonly number[],
  start: readonly number[],
): TableColumns {
  const random = context.random("WorkOrderRouting");
  const rowCount = context.rowCount("Production.WorkOrderRouting");
  const counts = partition({
    random,
    total: rowCount,
    groupCount: productId.length,
    countMin: 0,
    countMax: workCentres.length,
  });
  const orderOf: number[] = [];
  const operation: number[] = [];
  for (const [order, count] of counts.entries()) {
    for (let index = 0; index < count; index++) {
      orderOf.push(order);
      operation.push(index);
    }
  }
  const isDone = fill(rowCount, () => random.below(500) !== 0);
  const delay = fill(rowCount, () => random.below(5) * ticksPerDay);
  const hours = fill(rowCount, () => random.between(10, 45));
  const cost = operation.map((index, row) =>
    BigInt((at(workCentres, index)[1] * at(hours, row)) / 10),
  );
  const ifDone = (value: (row: number) => SqlValue) =>
    fill(rowCount, (row) => (isDone[row] === true ? value(row) : null));
  const scheduled = orderOf.map(
    (order, row) => at(start, order) + at(operation, row) * ticksPerDay,
  );
  return {
    WorkOrderID: orderOf.map((order) => order + 1),
    ProductID: orderOf.map((order) => at(productId, order)),
    OperationSequence: operation.map((index) => index + 1),
    LocationID: operation.map((index) => at(workCentres, index)[0]),
    ScheduledStartDate: scheduled,
    ScheduledEndDate: scheduled.map((day) => day + 11 * ticksPerDay),
    ActualStartDate: ifDone((row) => at(scheduled, row) + at(delay, row)),
    ActualEndDate: ifDone((row) => at(scheduled, row) + at(delay, row) + 12 * ticksPerDay),
    // A decimal of scale 4; hours count tenths.
    ActualResourceHrs: ifDone((row) => BigInt(at(hours, row) * 1_000)),
    PlannedCost: cost,
    ActualCost: ifDone((row) => at(cost, row)),
    ModifiedDate: scheduled.map((day, row) => day + at(delay, row) + 12 * ticksPerDay),
  };
}
