// A source of four streams that gives the same rows whenever it is asked, and the tables that all of them make.

const BLOCK_ROWS = 25;
const FULL_LOAD = 1_700_000_000_000;
const integer = { type: "integer" };
const text = { type: ["null", "string"] };
const time = { type: ["null", "string"], format: "date-time" };

const streams = {
  // Appended: it has no keys.
  events: {
    properties: { position: integer, note: text },
    keys: [],
    row: (position) => ({ position, note: position % 3 === 0 ? null : `note ${position}` }),
  },
  // Upserted.
  orders: {
    properties: { id: integer, position: integer },
    keys: ["id"],
    row: (position) => ({ id: position % 60, position }),
  },
  // Overwritten: its rows carry a version.
  full: {
    properties: { id: integer, note: text },
    keys: ["id"],
    version: FULL_LOAD,
    row: (position) => ({ id: position, note: `row ${position}` }),
  },
  // Upserted from a log that also tells deletions.
  log: {
    properties: { id: integer, position: integer, _sdc_deleted_at: time },
    keys: ["id"],
    row: (position) => ({
      id: position % 40,
      position,
      _sdc_deleted_at: position % 5 === 4 ? "2026-01-01T00:00:00Z" : null,
    }),
  },
};

/** The target's input from `bookmarks` on: the streams in turns, a STATE after each block of rows. */
export function inputFrom(bookmarks, rowCount) {
  const names = Object.keys(streams);
  const current = Object.fromEntries(names.map((name) => [name, { position: 0, ...bookmarks[name] }]));
  const messages = names.map((name) => schemaMessage(name));
  const isOpen = (name) =>
    current[name].position < rowCount || (streams[name].version !== undefined && current[name].isActive !== true);
  while (names.some(isOpen)) {
    for (const name of names.filter(isOpen)) {
      messages.push(...block(name, current[name], rowCount));
      messages.push({ type: "STATE", value: { bookmarks: structuredClone(current) } });
    }
  }
  return messages.map((message) => `${JSON.stringify(message)}\n`).join("");
}

function schemaMessage(name) {
  const { properties, keys, version } = streams[name];
  return {
    type: "SCHEMA",
    stream: name,
    schema: { type: "object", properties },
    key_properties: keys,
    ...(version === undefined ? { bookmark_properties: ["position"] } : {}),
  };
}

/** The next rows of a stream; moves its bookmark behind them. */
function block(name, bookmark, rowCount) {
  const { row, version } = streams[name];
  const end = Math.min(bookmark.position + BLOCK_ROWS, rowCount);
  const messages = [];
  for (; bookmark.position < end; bookmark.position += 1) {
    messages.push({ type: "RECORD", stream: name, record: row(bookmark.position), version });
  }
  if (version !== undefined && end === rowCount) {
    messages.push({ type: "ACTIVATE_VERSION", stream: name, version });
    bookmark.isActive = true;
  }
  return messages;
}

/** The rows of each table when every row of the source is loaded once. */
export function expectedTables(rowCount) {
  const positions = Array.from({ length: rowCount }, (_, position) => position);
  const rows = (name) => positions.map((position) => streams[name].row(position));
  const lastPerId = (name) => [...new Map(rows(name).map((row) => [row.id, row])).values()];
  return {
    events: rows("events"),
    orders: lastPerId("orders"),
    full: rows("full"),
    log: lastPerId("log").filter((row) => row["_sdc_deleted_at"] === null),
  };
}
