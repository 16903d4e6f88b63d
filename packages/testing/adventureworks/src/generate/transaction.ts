import { bigints, type Context, type Generator, numbers } from "./context.ts";
import { at, fill, sequence, type TableColumns } from "./value.ts";

/** One kind of movement: the lines that it follows, in the order of their dates. */
interface Source {
  readonly type: "S" | "W" | "P";
  readonly date: readonly number[];
  readonly productId: readonly number[];
  readonly orderId: readonly number[];
  /** The line's own key; absent for work orders, which have none. */
  readonly lineId: readonly number[] | undefined;
  readonly quantity: readonly number[];
  readonly cost: readonly bigint[] | undefined;
}

/**
 * Production.TransactionHistory and its archive: every line of a sales, work or purchase order by date,
 * the older ones in the archive.
 */
export const generateTransactions: Generator = (context) => {
  const archiveCount = context.rowCount("Production.TransactionHistoryArchive");
  const count = context.rowCount("Production.TransactionHistory");
  const sources = [salesSource(context), workSource(context), purchaseSource(context)];
  const order = mergeByDate(sources, archiveCount + count);
  return {
    "Production.TransactionHistoryArchive": transactionColumns(sources, order, {
      from: 0,
      count: archiveCount,
      idFirst: 1,
    }),
    "Production.TransactionHistory": transactionColumns(sources, order, {
      from: archiveCount,
      count,
      idFirst: Math.max(100_000, archiveCount + 1),
    }),
  };
};

function salesSource(context: Context): Source {
  const lines = context.columns("Sales.SalesOrderDetail");
  return {
    type: "S",
    date: numbers(lines, "ModifiedDate"),
    productId: numbers(lines, "ProductID"),
    orderId: numbers(lines, "SalesOrderID"),
    lineId: numbers(lines, "SalesOrderDetailID"),
    quantity: numbers(lines, "OrderQty"),
    cost: bigints(lines, "UnitPrice"),
  };
}

function workSource(context: Context): Source {
  const orders = context.columns("Production.WorkOrder");
  return {
    type: "W",
    date: numbers(orders, "StartDate"),
    productId: numbers(orders, "ProductID"),
    orderId: numbers(orders, "WorkOrderID"),
    lineId: undefined,
    quantity: numbers(orders, "OrderQty"),
    cost: undefined,
  };
}

function purchaseSource(context: Context): Source {
  const lines = context.columns("Purchasing.PurchaseOrderDetail");
  return {
    type: "P",
    date: numbers(lines, "ModifiedDate"),
    productId: numbers(lines, "ProductID"),
    orderId: numbers(lines, "PurchaseOrderID"),
    lineId: numbers(lines, "PurchaseOrderDetailID"),
    quantity: numbers(lines, "OrderQty"),
    cost: bigints(lines, "UnitPrice"),
  };
}

/** Which source, and which of its rows, each transaction comes from. */
interface Merged {
  readonly source: readonly number[];
  readonly row: readonly number[];
}

/** The first `count` rows of all sources by date; when there are too few, the last one repeats. */
function mergeByDate(sources: readonly Source[], count: number): Merged {
  const next = sources.map(() => 0);
  const source: number[] = [];
  const row: number[] = [];
  for (let index = 0; index < count; index++) {
    let earliest = -1;
    let earliestDate = Number.POSITIVE_INFINITY;
    for (let candidate = 0; candidate < sources.length; candidate++) {
      const date = sources[candidate]?.date[at(next, candidate)] ?? Number.POSITIVE_INFINITY;
      if (date < earliestDate) {
        earliest = candidate;
        earliestDate = date;
      }
    }
    if (earliest < 0) {
      source.push(at(source, index - 1));
      row.push(at(row, index - 1));
      continue;
    }
    const taken = at(next, earliest);
    source.push(earliest);
    row.push(taken);
    next[earliest] = taken + 1;
  }
  return { source, row };
}

function transactionColumns(
  sources: readonly Source[],
  merged: Merged,
  part: { from: number; count: number; idFirst: number },
): TableColumns {
  const column = <T extends string | number | bigint>(
    value: (source: Source, row: number) => T,
  ): T[] =>
    fill(part.count, (index) =>
      value(at(sources, at(merged.source, part.from + index)), at(merged.row, part.from + index)),
    );
  const date = column((source, row) => at(source.date, row));
  return {
    TransactionID: sequence(part.count, part.idFirst),
    ProductID: column((source, row) => at(source.productId, row)),
    ReferenceOrderID: column((source, row) => at(source.orderId, row)),
    ReferenceOrderLineID: column((source, row) =>
      source.lineId === undefined ? 0 : at(source.lineId, row),
    ),
    TransactionDate: date,
    TransactionType: column((source) => source.type),
    Quantity: column((source, row) => at(source.quantity, row)),
    ActualCost: column((source, row) => (source.cost === undefined ? 0n : at(source.cost, row))),
    ModifiedDate: date,
  };
}
