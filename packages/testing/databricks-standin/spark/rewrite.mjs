// What Databricks understands and open-source Spark does not, put into Spark's words or read for the front to answer:
// catalogs, volumes, COPY INTO, staging, tags, grants.
import { join } from "node:path";

/** Text and quoted parts in turn: odd parts are literals or quoted names. */
function split(sql) {
  return sql.split(/('(?:[^'\\]|\\.)*'|`(?:[^`]|``)*`)/);
}

/** `main`.x becomes spark_catalog.x, and /Volumes/… and dbfs:/… folders below `root`; literals of other kinds stay. */
export function rewrite(sql, { root, catalog }) {
  const parts = split(sql).map((part, index) =>
    index % 2 === 1
      ? part.replace(/^([`'])(\/Volumes\/)/, `$1file:${root}$2`).replace(/^([`'])dbfs:\//, `$1file:${root}/dbfs/`)
      : part,
  );
  for (let index = 1; index < parts.length; index += 2) {
    if (parts[index] === `\`${catalog}\`` && parts[index + 1].startsWith("."))
      parts[index] = "spark_catalog";
  }
  return parts.join("").replace(/\bCLUSTER BY AUTO\b/, "");
}

/** The parts of our COPY INTO, or undefined when the statement is another. */
export function parseCopy(sql) {
  if (!/^\s*COPY\s+INTO\b/i.test(sql)) return undefined;
  const match =
    /^\s*COPY\s+INTO\s+(\S+)\s+FROM\s+\(SELECT\s+([\s\S]+)\s+FROM\s+'([^']+)'\)\s+FILEFORMAT\s*=\s*PARQUET\s+FILES\s*=\s*\(([^)]*)\)/i.exec(
      sql,
    );
  if (match === null) throw new Error("[PARSE_SYNTAX_ERROR] cannot read this COPY INTO");
  const [, table, columns, folder, list] = match;
  const files = [...list.matchAll(/'([^']*)'/g)].map(([, name]) => name);
  return { table, columns, folder, files };
}

/** The volume that a CREATE VOLUME names, as catalog/schema/volume. */
export function parseVolume(sql) {
  const match = /^\s*CREATE\s+VOLUME\s+(?:IF\s+NOT\s+EXISTS\s+)?(\S+)/i.exec(sql);
  return match === null ? undefined : join(...match[1].replaceAll("`", "").split("."));
}

/** The volume that a DESCRIBE VOLUME names, as catalog/schema/volume. */
export function parseDescribeVolume(sql) {
  const match = /^\s*DESCRIBE\s+VOLUME\s+(\S+)/i.exec(sql);
  return match === null ? undefined : join(...match[1].replaceAll("`", "").split("."));
}

/** A file of the client that goes into a volume, or a file of a volume that is deleted. */
export function parseStaging(sql) {
  const put = /^\s*PUT\s+'((?:[^'\\]|\\.)*)'\s+INTO\s+'((?:[^'\\]|\\.)*)'\s+OVERWRITE\s*$/i.exec(sql);
  if (put !== null) return { operation: "PUT", localFile: unescape(put[1]), path: unescape(put[2]) };
  const remove = /^\s*REMOVE\s+'((?:[^'\\]|\\.)*)'\s*$/i.exec(sql);
  return remove === null ? undefined : { operation: "REMOVE", path: unescape(remove[1]) };
}

/** Whether a statement is about Unity Catalog's own: tags and privileges. */
export function isGovernance(sql) {
  return /^\s*(ALTER\s+TABLE\s+\S+\s+SET\s+TAGS\s*\(|GRANT\s+[A-Z, ]+\s+ON\s+TABLE\s)/i.test(sql);
}

function unescape(text) {
  return text.replace(/\\(.)/g, "$1");
}
