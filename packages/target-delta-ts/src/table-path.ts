import { UserError } from "singer-sdk-ts";

/**
 * The folder of a stream's table below the target's `path`, with `/` between segments.
 *
 * `{stream}` is the whole stream name, `{schema}` and `{table}` its parts around the first dash. Without a template the
 * path is `{schema}/{table}` for a name with both parts and `{stream}` otherwise.
 */
export function tablePath(stream: string, template?: string): string {
  const [schema, table] = splitStream(stream);
  const chosen = template ?? (schema === "" ? "{stream}" : "{schema}/{table}");
  const path = chosen.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) => {
    if (name === "stream") return pathSegment(stream);
    if (name === "schema") return schema === "" ? "" : pathSegment(schema);
    if (name === "table") return pathSegment(table);
    throw new UserError(
      "E_SETTING",
      `setting \`table_path\` has the unknown placeholder ${placeholder}`,
      {
        hint: "use {stream}, {schema} and {table}",
      },
    );
  });
  const segments = path.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.length === 0 || segments.includes("..")) {
    throw new UserError(
      "E_SETTING",
      `setting \`table_path\` gives stream ${stream} the path "${path}"`,
      {
        hint: "the path must name a folder below `path`",
      },
    );
  }
  return segments.join("/");
}

/** The tables of one run: two streams never share a folder, nor does one lie inside the other. */
export class TablePaths {
  readonly #streams = new Map<string, string>();
  readonly #paths = new Set<string>();

  /** Every folder reserved. */
  all(): readonly string[] {
    return [...this.#paths];
  }

  /** Reserves the folder of `stream`; asking again for the same stream and path is free. */
  reserve(stream: string, path: string): void {
    const folded = fold(path);
    for (const [other, otherPath] of this.#streams) {
      if (other === stream) continue;
      if (`${folded}/`.startsWith(`${otherPath}/`) || `${otherPath}/`.startsWith(`${folded}/`)) {
        throw new UserError(
          "E_TABLE_COLLISION",
          `streams ${other} and ${stream} would both write to table folder ${path}`,
          { hint: "set `table_path` for one of them under `streams`", exitCode: 2 },
        );
      }
    }
    this.#streams.set(stream, folded);
    this.#paths.add(path);
  }
}

function splitStream(stream: string): [schema: string, table: string] {
  const dash = stream.indexOf("-");
  const hasBothParts = dash > 0 && dash < stream.length - 1;
  return hasBothParts ? [stream.slice(0, dash), stream.slice(dash + 1)] : ["", stream];
}

/** Keeps letters, digits, `_`, `-` and inner dots; a leading dot would hide the folder from readers. */
function pathSegment(name: string): string {
  return name
    .normalize("NFC")
    .replaceAll(/[^\p{L}\p{M}\p{N}_.-]/gu, "_")
    .replace(/^\.+/, "_");
}

/** Some file systems ignore case, so two paths that differ only in case are one. */
function fold(path: string): string {
  return path.normalize("NFC").toLowerCase();
}
