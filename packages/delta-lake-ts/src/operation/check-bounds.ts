import type { AddFile } from "../action.ts";
import { validityMask } from "../arrow/validity.ts";
import { isMapped, physicalName } from "../column-mapping.ts";
import { readDataFile } from "../data-read.ts";
import { compareScalars } from "../scalar.ts";
import type { FullSnapshot } from "../snapshot.ts";
import { createExtreme } from "../stats/extreme.ts";
import { parseStatistics } from "../stats/parse.ts";
import { fileBounds } from "../stats/prune.ts";
import type { ObjectStore } from "../store.ts";

/** Reads every live row of a file, and names the columns whose values lie outside the bounds that the log has. */
export async function checkBounds(
  store: ObjectStore,
  { schema, metadata }: FullSnapshot,
  add: AddFile,
): Promise<string[]> {
  const { partitionColumns, configuration } = metadata;
  const hasMapping = isMapped(configuration);
  const fields = schema.fields.filter(({ name }) => !partitionColumns.includes(name));
  const { minValues, maxValues } = parseStatistics(add.stats);
  const outside = new Set<string>();
  const options = { schema: { ...schema, fields }, partitionColumns, isMapped: hasMapping };
  for await (const batch of readDataFile(store, add, options)) {
    for (const [index, field] of fields.entries()) {
      const data = batch.data.children[index];
      const extreme = data === undefined ? undefined : createExtreme(data.type);
      if (data === undefined || extreme === undefined) continue;
      extreme.add(data, validityMask(data));
      const [min, max] = [extreme.min(), extreme.max()];
      const stored = hasMapping ? physicalName(field) : field.name;
      const [least, most] = fileBounds(field.type, minValues[stored], maxValues[stored]);
      const isBelow = min !== null && least !== undefined && compareScalars(min, least) < 0;
      const isAbove = max !== null && most !== undefined && compareScalars(max, most) > 0;
      if (isBelow || isAbove) outside.add(field.name);
    }
  }
  return [...outside].map(
    (name) =>
      `the data file ${add.path} has values of column ${name} outside its bounds in the log`,
  );
}
