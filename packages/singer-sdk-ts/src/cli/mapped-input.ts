import { Readable } from "node:stream";
import { LineReader } from "../columnar/line-reader.ts";
import { UserError } from "../error.ts";
import { stringifyJson } from "../json.ts";
import { type Message, parseMessage } from "../message.ts";
import type { RecordValidator } from "../record-validator.ts";
import type { StreamMapper } from "../stream-map/stream-mapper.ts";

/** Longest line that can be mapped: a JavaScript string holds no more than half of it twice. */
const lineBytesMax = 256 * 1024 * 1024;

export interface InputStages {
  readonly mapper: StreamMapper | undefined;
  readonly validator: RecordValidator | undefined;
}

/**
 * The messages of `input`, checked against their schemas and then as the mapper lets them through, line by line.
 * Lines that the mapper does not touch keep their bytes.
 */
export function mappedInput(input: Readable, stages: InputStages): Readable {
  return Readable.from(mappedBlocks(input, stages));
}

async function* mappedBlocks(input: Readable, stages: InputStages): AsyncGenerator<Buffer> {
  const reader = new LineReader(input, lineBytesMax);
  let lineNumber = 0;
  while (await reader.read()) {
    if (reader.takeDropped() !== undefined)
      throw new UserError("E_RECORD", `a line is longer than ${lineBytesMax} bytes`, {
        hint: "leave out `stream_maps`, flattening and `validate_records`, or make the records smaller",
      });
    const { source, start, end } = reader;
    const text = source.buffer.toString("utf8", start, end);
    const lines = text.split("\n").slice(0, -1);
    yield Buffer.from(lines.map((line) => mappedLine(line, ++lineNumber, stages)).join(""));
  }
}

function mappedLine(line: string, lineNumber: number, { mapper, validator }: InputStages): string {
  const message = line.trim() === "" ? undefined : tryParse(line);
  if (message?.type === "SCHEMA") validator?.schema(message);
  if (message?.type === "RECORD") validator?.check(message.stream, line, lineNumber);
  if (mapper === undefined || message === undefined || message.type === "STATE") return `${line}\n`;
  if (message.type === "SCHEMA") {
    const mapped = mapper.schema(message);
    return mapped[0] === message ? `${line}\n` : mapped.map(lineOf).join("");
  }
  const { stream } = message;
  if (mapper.isSame(stream)) return `${line}\n`;
  switch (message.type) {
    case "RECORD":
      return mapper.record(message).map(lineOf).join("");
    case "ACTIVATE_VERSION":
      return mapper
        .names(stream)
        .map((name) => lineOf({ ...message, stream: name }))
        .join("");
    case "BATCH":
      throw new UserError("E_STREAM_MAP", `stream ${stream}: a BATCH can't be mapped here`, {
        hint: "leave out the tap's `batch_config`, or map the stream in the tap",
      });
  }
}

/** A line that is no message goes on as it is: the reader says what is wrong with it, and where it stands. */
function tryParse(line: string): Message | undefined {
  try {
    return parseMessage(line);
  } catch {
    return undefined;
  }
}

function lineOf(message: Message): string {
  return `${stringifyJson({ ...message })}\n`;
}
