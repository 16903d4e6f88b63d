/** A name as SQL takes it, whatever it holds. */
export function quote(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** A text as SQL takes it. */
export function literal(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** catalog.schema.name, each part quoted. */
export function qualifiedName(...parts: readonly string[]): string {
  return parts.map(quote).join(".");
}
