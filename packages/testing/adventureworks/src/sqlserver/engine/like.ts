/** The regular expression of a LIKE pattern; case does not count. */
export function likePattern(pattern: string, escape: string | undefined): RegExp {
  let source = "";
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    if (character === escape) {
      index += 1;
      source += quote(pattern.charAt(index));
    } else if (character === "%") source += ".*";
    else if (character === "_") source += ".";
    else if (character === "[") {
      const end = pattern.indexOf("]", index + 1);
      if (end === -1) return /(?!)/;
      source += setOf(pattern.slice(index + 1, end));
      index = end;
    } else source += quote(character);
  }
  return new RegExp(`^${source} *$`, "isu");
}

function setOf(members: string): string {
  const isNegated = members.startsWith("^");
  const inner = (isNegated ? members.slice(1) : members).replaceAll(/[\\[\]^]/g, String.raw`\$&`);
  return `[${isNegated ? "^" : ""}${inner}]`;
}

function quote(character: string): string {
  return character.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
