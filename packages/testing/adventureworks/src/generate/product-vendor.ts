import type { Context, Generator } from "./context.ts";
import { datetime, ticksPerDay } from "./date.ts";
import { finishedGoodFirst, productIds, vendors } from "./key.ts";
import { distinct, partition } from "./partition.ts";
import { fill, type TableColumns } from "./value.ts";

/** Purchasing.ProductVendor: which vendors sell which component, and for how much. */
export const generateProductVendors: Generator = (context) => ({
  "Purchasing.ProductVendor": productVendorColumns(context),
});

function productVendorColumns(context: Context): TableColumns {
  const random = context.random("ProductVendor");
  const rowCount = context.rowCount("Purchasing.ProductVendor");
  const components = productIds.filter((id) => id < finishedGoodFirst);
  const counts = partition({
    random,
    total: rowCount,
    groupCount: components.length,
    countMin: 1,
    countMax: 5,
  });
  const vendorLast = vendors.first + vendors.count - 1;
  const vendorsByProduct = counts.map((count) =>
    distinct(random, count, vendors.first, vendorLast),
  );
  const prices = fill(rowCount, () => BigInt(random.between(2_000, 830_000)));
  const receipts = fill(rowCount, () =>
    random.chance(97) ? datetime(2011, 8, 9) + random.below(60) * ticksPerDay : null,
  );
  return {
    ProductID: vendorsByProduct.flatMap((list, row) => list.map(() => components[row] ?? null)),
    BusinessEntityID: vendorsByProduct.flat(),
    AverageLeadTime: fill(rowCount, () => random.between(10, 120)),
    StandardPrice: prices,
    LastReceiptCost: receipts.map((receipt, row) =>
      receipt === null ? null : ((prices[row] ?? 0n) * 21n) / 20n,
    ),
    LastReceiptDate: receipts,
    MinOrderQty: fill(rowCount, () => random.pick([1, 10, 100, 500])),
    MaxOrderQty: fill(rowCount, () => random.pick([500, 1000, 2000, 15_000])),
    OnOrderQty: fill(rowCount, () => (random.chance(30) ? random.between(3, 600) : null)),
    UnitMeasureCode: fill(rowCount, () => random.pick(["EA ", "CTN", "CS ", "PAK", "DZ ", "GAL"])),
    ModifiedDate: receipts.map((receipt) => receipt ?? datetime(2011, 8, 25)),
  };
}
