import { bigints, type Context, type Generator } from "./context.ts";
import { datetime, ticksPerDay, timeOfDay } from "./date.ts";
import { finishedGoodFirst, productIds } from "./key.ts";
import { partition } from "./partition.ts";
import type { Random } from "./random.ts";
import { at, fill, sequence, type TableColumns } from "./value.ts";

/** What hangs on a product: former prices, photos, reviews. */
export const generateProductDetails: Generator = (context) => ({
  "Production.ProductCostHistory": historyColumns(context, "ProductCostHistory", "StandardCost"),
  "Production.ProductListPriceHistory": historyColumns(
    context,
    "ProductListPriceHistory",
    "ListPrice",
  ),
  "Production.ProductPhoto": photoColumns(context),
  "Production.ProductProductPhoto": {
    ProductID: productIds,
    ProductPhotoID: productIds.map((_, row) => photoOf(row)),
    Primary: productIds.map(() => true),
    ModifiedDate: productIds.map((_, row) => datetime(2013, 4, 30) + (row % 400) * ticksPerDay),
  },
  "Production.ProductReview": reviewColumns(context),
});

/** One to three amounts per finished good; the last one is the product's own and has not ended. */
function historyColumns(context: Context, table: string, amountName: string): TableColumns {
  const random = context.random("ProductHistory"); // The same changes in cost and price.
  const amounts = bigints(context.columns("Production.Product"), amountName);
  const finished = productIds.flatMap((id, row) => (id >= finishedGoodFirst ? [{ id, row }] : []));
  const counts = partition({
    random,
    total: context.rowCount(`Production.${table}`),
    groupCount: finished.length,
    countMin: 1,
    countMax: 3,
  });
  const rows = finished.flatMap(({ id, row }, index) => {
    const count = at(counts, index);
    const begin = datetime(2011, 5, 31) + (3 - count) * 365 * ticksPerDay;
    return fill(count, (change) => change).map((change) => ({
      id,
      start: begin + change * 365 * ticksPerDay,
      isLast: change === count - 1,
      amount: (at(amounts, row) * BigInt(100 - 3 * (count - 1 - change))) / 100n,
    }));
  });
  return {
    ProductID: rows.map((row) => row.id),
    StartDate: rows.map((row) => row.start),
    EndDate: rows.map((row) => (row.isLast ? null : row.start + 364 * ticksPerDay)),
    [amountName]: rows.map((row) => row.amount),
    ModifiedDate: rows.map((row) => row.start),
  };
}

const photoCount = 101;

function photoOf(row: number): number {
  return 1 + (row % photoCount);
}

function photoName(row: number, size: string): string {
  return row === 0 ? `no_image_${size}.gif` : `fahrrad_größe_${row}_${size}.gif`;
}

function photoColumns(context: Context): TableColumns {
  const random = context.random("ProductPhoto");
  return {
    ProductPhotoID: sequence(photoCount, 1),
    ThumbNailPhoto: fill(photoCount, (row) =>
      row === 50 ? null : photo(random, random.between(100, 900)),
    ),
    ThumbnailPhotoFileName: fill(photoCount, (row) =>
      row === 50 ? null : photoName(row, "small"),
    ),
    // Larger than a TDS packet, and one without a byte.
    LargePhoto: fill(photoCount, (row) =>
      row === 51
        ? null
        : row === 52
          ? new Uint8Array(0)
          : photo(random, random.between(2_000, 9_000)),
    ),
    LargePhotoFileName: fill(photoCount, (row) => (row === 51 ? null : photoName(row, "large"))),
    ModifiedDate: fill(photoCount, (row) => datetime(2011, 4, 30) + (row % 600) * ticksPerDay),
  };
}

/** Bytes that begin as a GIF does; every byte value occurs. */
export function photo(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = random.next() >>> 24;
  bytes.set(Buffer.from("GIF89a", "latin1"));
  return bytes;
}

function reviewColumns(context: Context): TableColumns {
  const rowCount = context.rowCount("Production.ProductReview");
  const dates = fill(rowCount, (row) => datetime(2013, 9, 18) + row * 29 * ticksPerDay);
  return {
    ProductReviewID: sequence(rowCount, 1),
    ProductID: [709, 937, 937, 798],
    ReviewerName: ["John Smith", "David", "Jürgen Größmann", "王小明 🚴"],
    ReviewDate: dates,
    EmailAddress: [
      "john@fourthcoffee.com",
      "david@graphicdesigninstitute.com",
      "jürgen@example.com",
      "wang@example.com",
    ],
    Rating: [5, 4, 2, 5],
    Comments: [
      "I can't believe I'm singing the praises of a pair of socks, but …\r\n\"really\", they are \\great\\.\ttab",
      "A little on the heavy side. ".repeat(137),
      null,
      "很好 👍🏽 – 10/10, très bien, ¡olé! Ёлки 𝒳",
    ],
    ModifiedDate: dates.map((day, row) => day + timeOfDay(8, 15, 30, 1 + row)),
  };
}
