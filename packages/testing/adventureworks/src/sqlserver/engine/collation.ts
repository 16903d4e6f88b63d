/**
 * SQL_Latin1_General_CP1_CI_AS as far as this server goes: case does not count, accents do, and
 * neither do blanks at the end. The order of letters is that of Unicode's root collation.
 */
const collator = new Intl.Collator("en", { sensitivity: "accent" });
const plainText = /^[\p{L}\p{N} ]*$/u;

/** Text with the property that equal keys are equal strings. */
export function collationKey(text: string): string {
  return text.replace(/ +$/, "").toLowerCase();
}

/** Orders two texts: negative, zero, positive. */
export function compareText(left: string, right: string): number {
  const leftKey = collationKey(left);
  const rightKey = collationKey(right);
  if (leftKey === rightKey) return 0;
  if (plainText.test(leftKey) && plainText.test(rightKey))
    return collator.compare(leftKey, rightKey);
  // The collator ignores some characters; SQL Server tells them apart, so their codes decide.
  return collator.compare(leftKey, rightKey) || (leftKey < rightKey ? -1 : 1);
}
