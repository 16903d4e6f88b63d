import { Readable } from "node:stream";
import { expect, test } from "@jest/globals";
import { ColumnarReader, type ColumnarReaderOptions } from "./columnar-reader.ts";
import type { ReaderEvent } from "./reader-event.ts";

const schemaLine = JSON.stringify({
  type: "SCHEMA",
  stream: "orders",
  key_properties: ["id"],
  schema: {
    type: "object",
    required: ["id"],
    properties: {
      id: { type: "integer" },
      total: { type: ["number", "null"], multipleOf: 0.01, maximum: 99999999.99 },
      name: { type: ["string", "null"] },
      changed: { type: ["string", "null"], format: "date-time" },
    },
  },
});

test("lines become batches, states and version messages in their order", async () => {
  const lines = [
    schemaLine,
    '{"type": "RECORD", "stream": "orders", "record": {"id": 9007199254740993, "total": 1.5, "name": "h\\u00e9"}}',
    '{"type": "STATE", "value": {"a": 1.50}}',
    '{"record": {"name": null, "id": 2}, "stream": "orders", "type": "record"}',
    '{"type": "ACTIVATE_VERSION", "stream": "orders", "version": 7}',
  ];

  const events = await readAll(lines);

  expect(events.map((event) => event.type)).toEqual([
    "schema",
    "state",
    "rows",
    "activate_version",
  ]);
  expect(events[1]).toMatchObject({ text: '{"a": 1.50}' });
  expect(rowsOf(events)).toEqual([
    { id: 9007199254740993n, total: "150", name: "hé", changed: null },
    { id: 2n, total: null, name: null, changed: null },
  ]);
});

test("a change of version cuts the batch", async () => {
  const lines = [
    schemaLine,
    '{"type": "RECORD", "stream": "orders", "record": {"id": 1}, "version": 1}',
    '{"type": "RECORD", "stream": "orders", "record": {"id": 2}, "version": 1}',
    '{"type": "RECORD", "stream": "orders", "record": {"id": 3}, "version": 2}',
  ];

  const batches = batchesOf(await readAll(lines));

  expect(
    batches.map(({ version, firstRow, rowCount }) => ({ version, firstRow, rowCount })),
  ).toEqual([
    { version: 1, firstRow: 0, rowCount: 2 },
    { version: 2, firstRow: 2, rowCount: 1 },
  ]);
});

test("a batch is cut at its number of rows, and a new schema cuts what is pending", async () => {
  const record = '{"type": "RECORD", "stream": "orders", "record": {"id": 1}}';
  const widerSchema = schemaLine.replace('"name":', '"note": {"type": "string"}, "name":');

  const events = await readAll([schemaLine, record, record, record, widerSchema, record], {
    batchRows: 2,
  });

  expect(events.map((event) => event.type)).toEqual(["schema", "rows", "rows", "schema", "rows"]);
  expect(
    batchesOf(events).map(({ schemaId, firstRow, rowCount }) => [schemaId, firstRow, rowCount]),
  ).toEqual([
    [0, 0, 2],
    [0, 2, 1],
    [1, 3, 1],
  ]);
});

test("what is pending can be taken at any time", async () => {
  const record = '{"type": "RECORD", "stream": "orders", "record": {"id": 5}}';
  const reader = readerOf([schemaLine, record, '{"type": "STATE", "value": 1}', record]);
  await reader.next();
  await reader.next();

  expect(reader.rowCount("orders")).toBe(1);
  expect([...reader.pendingBytes().keys()]).toEqual(["orders"]);
  expect(reader.pendingBytes().get("orders")).toBeGreaterThan(0);
  const batch = reader.take("orders");

  expect(batch?.rowCount).toBe(1);
  expect(reader.take("orders")).toBeUndefined();
  expect(reader.pendingBytes()).toEqual(new Map());
  expect(reader.rowCount("orders")).toBe(1);
});

test("when too many rows are pending an event asks to take some before reading goes on", async () => {
  const record = (id: number) =>
    `{"type": "RECORD", "stream": "orders", "record": {"id": ${id}, "name": "${"n".repeat(100_000)}"}}`;
  const lines = [schemaLine, ...Array.from({ length: 60 }, (_, id) => record(id))];
  const chunks = lines.map((line) => Buffer.from(`${line}\n`));
  const options = {
    batchRows: 1000,
    batchBytes: 1e9,
    maxRecordBytes: 1e9,
    rejects: "error",
  } as const;
  const reader = new ColumnarReader(Readable.from(chunks), { ...options, pendingBytes: 2_000_000 });

  const taken: number[] = [];
  for (let event = await reader.next(); event !== undefined; event = await reader.next()) {
    const batch = event.type === "rows" ? event.batch : reader.take("orders");
    if (batch !== undefined) taken.push(batch.rowCount);
  }

  expect(taken.length).toBeGreaterThan(1);
  expect(Math.max(...taken)).toBeLessThan(40);
  expect(taken.reduce((sum, count) => sum + count, 0)).toBe(60);
});

test.each([
  [
    "a null in a required column",
    '{"id": null}',
    "column id: null in a column that is not nullable",
  ],
  ["a missing required column", "{}", "column id: missing, and the column is not nullable"],
  ["a fraction in an integer", '{"id": 1.5}', "column id: not a whole number"],
  ["an integer of 65 bits", '{"id": 9223372036854775808}', "column id: outside 64 bits"],
  ["a text in an integer", '{"id": "1"}', "column id: not an integer"],
  [
    "too many fraction digits",
    '{"id": 1, "total": 1.501}',
    "column total: more than 2 digits after the point",
  ],
  [
    "too many whole digits",
    '{"id": 1, "total": 123456789}',
    "column total: too many digits before the point",
  ],
  ["a bad day", '{"id": 1, "changed": "2023-02-29T00:00:00Z"}', "column changed: no such day"],
  ["a number in a string", '{"id": 1, "name": 5}', "column name: not a string"],
])("%s is rejected with its reason, and the rows around it stay", async (_name, record, reason) => {
  const line = recordOf(record);

  const events = await readAll([schemaLine, recordOf('{"id":1}'), line, recordOf('{"id":3}')]);

  expect(events[1]).toEqual({
    type: "reject",
    stream: "orders",
    code: "E_RECORD",
    reason,
    line,
    lineNumber: 3,
  });
  expect(rowsOf(events).map((row) => row["id"])).toEqual([1n, 3n]);
});

test("a rejected record is an error when rejects are not taken", async () => {
  const lines = [schemaLine, '{"type":"RECORD","stream":"orders","record":{}}'];

  await expect(readAll(lines, { rejects: "error" })).rejects.toMatchObject({
    code: "E_RECORD",
    message: "stream orders: line 2: column id: missing, and the column is not nullable",
  });
});

test.each([
  ["text that is not JSON", "{nonsense", "E_MESSAGE"],
  [
    "a record before its schema",
    '{"type":"RECORD","stream":"x","record":{}}',
    "E_RECORD_BEFORE_SCHEMA",
  ],
  ["a record that is no object", '{"type":"RECORD","stream":"orders","record":[]}', "E_MESSAGE"],
])("%s is an error that names its line", async (_name, line, code) => {
  await expect(readAll([schemaLine, line])).rejects.toMatchObject({
    code,
    message: expect.stringContaining("line 2"),
  });
});

test("blank lines and unknown types are skipped with one warning each", async () => {
  const warnings: string[] = [];
  const lines = ["", " ", schemaLine, '{"type":"LOG"}', '{"type":"LOG"}', '{"type":"PING"}', ""];

  const events = await readAll(lines, {
    warn: (event, fields) => warnings.push(`${event} ${fields["type"] ?? ""}`),
  });

  expect(events).toHaveLength(1);
  expect(warnings).toEqual([
    "blank line ",
    "unknown message type LOG",
    "unknown message type PING",
  ]);
});

test("bytes that are not UTF-8 reject their line only", async () => {
  const bytes = Buffer.concat([
    Buffer.from(`${schemaLine}\n${namedLine("é")}`),
    Buffer.from(namedLine("\xff"), "latin1"),
    Buffer.from(namedLine("ü")),
  ]);

  const events = await drain(new ColumnarReader(Readable.from([bytes]), defaults));

  expect(events[1]).toMatchObject({ type: "reject", reason: "not valid UTF-8", lineNumber: 3 });
  expect(rowsOf(events).map((row) => row["name"])).toEqual(["é", "ü"]);
});

test("a line longer than allowed is rejected, however it arrives", async () => {
  const input = Buffer.from(
    `${schemaLine}\n${[10, 2000, 5].map((length) => namedLine("x".repeat(length))).join("")}`,
  );
  const chunks = Array.from({ length: Math.ceil(input.length / 100) }, (_, i) =>
    input.subarray(i * 100, i * 100 + 100),
  );

  for (const pieces of [[input], chunks]) {
    const events = await drain(
      new ColumnarReader(Readable.from(pieces), { ...defaults, maxRecordBytes: 1000 }),
    );

    expect(events[1]).toMatchObject({
      type: "reject",
      stream: "orders",
      reason: "longer than 1000 bytes",
      lineNumber: 3,
    });
    expect(rowsOf(events).map((row) => String(row["name"]).length)).toEqual([10, 5]);
  }
});

test("the extraction time becomes a column when asked for", async () => {
  const lines = [
    schemaLine,
    '{"type":"RECORD","stream":"orders","record":{"id":1},"time_extracted":"2026-01-01T00:00:00.000001Z"}',
    '{"type":"RECORD","stream":"orders","time_extracted":"2026-01-01T01:00:00+01:00","record":{"id":2}}',
    '{"type":"RECORD","stream":"orders","record":{"id":3}}',
  ];

  const [batch] = batchesOf(await readAll(lines, { timeExtracted: true }));

  const times = batch?.recordBatch.getChild("_sdc_extracted_at")?.data[0];
  expect([...(times?.values ?? [])].slice(0, 2)).toEqual([1767225600000001n, 1767225600000000n]);
  expect(batch?.statistics.at(-1)).toEqual({
    nullCount: 1,
    min: 1767225600000000n,
    max: 1767225600000001n,
  });
});

const defaults: ColumnarReaderOptions = {
  batchRows: 1000,
  batchBytes: 1_000_000,
  maxRecordBytes: 1_000_000,
  rejects: "event",
};

function recordOf(record: string): string {
  return `{"type":"RECORD","stream":"orders","record":${record}}`;
}

function namedLine(name: string): string {
  return `${recordOf(`{"id":1,"name":"${name}"}`)}\n`;
}

function readerOf(
  lines: readonly string[],
  options: Partial<ColumnarReaderOptions> = {},
): ColumnarReader {
  return new ColumnarReader(Readable.from([Buffer.from(lines.join("\n"))]), {
    ...defaults,
    ...options,
  });
}

async function readAll(
  lines: readonly string[],
  options?: Partial<ColumnarReaderOptions>,
): Promise<ReaderEvent[]> {
  return drain(readerOf(lines, options));
}

async function drain(reader: ColumnarReader): Promise<ReaderEvent[]> {
  const events: ReaderEvent[] = [];
  for (let event = await reader.next(); event !== undefined; event = await reader.next())
    events.push(event);
  return events;
}

function batchesOf(events: readonly ReaderEvent[]) {
  return events.flatMap((event) => (event.type === "rows" ? [event.batch] : []));
}

function rowsOf(events: readonly ReaderEvent[]): Record<string, unknown>[] {
  return batchesOf(events).flatMap((batch) =>
    batch.recordBatch.toArray().map((row) => {
      const { total, ...values } = row.toJSON();
      const digits: unknown = total?.toString();
      return digits === undefined ? { ...values, total } : { ...values, total: digits };
    }),
  );
}
