/** A table's path below the target's, as one name: Sales/Customer becomes Sales_Customer. */
export function tableName(path: string): string {
  return path.replaceAll("/", "_");
}
