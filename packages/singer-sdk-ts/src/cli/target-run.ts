import { createReadStream } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { UserError } from "../error.ts";
import type { RecordValidator } from "../record-validator.ts";
import { printLine } from "../write.ts";
import { openMapper } from "./open-mapper.ts";

/** Writes states one after the other. A reader that went away stops the printing, not the load: rows are still to be committed. */
export function stateWriter(stateFile: unknown): (text: string) => Promise<void> {
  let isRead = true;
  let last: Promise<void> = Promise.resolve();
  const write = async (text: string): Promise<void> => {
    if (isRead) isRead = await printLine(text);
    if (typeof stateFile === "string") await keepState(stateFile, text);
  };
  return (text) => {
    last = last.then(() => write(text));
    return last;
  };
}

/** The messages: stdin, or the file of `--input`; checked and mapped when the configuration asks for it. */
export async function openInput(path: unknown, config: unknown): Promise<Readable> {
  const input = await openFile(path);
  const mapper = await openMapper(config);
  const validator = await openValidator(config);
  if (mapper === undefined && validator === undefined) return input;
  const { mappedInput } = await import("./mapped-input.ts");
  return mappedInput(input, { mapper, validator });
}

async function openValidator(config: unknown): Promise<RecordValidator | undefined> {
  const isAsked =
    typeof config === "object" &&
    config !== null &&
    "validate_records" in config &&
    config.validate_records === true;
  if (!isAsked) return undefined;
  const { RecordValidator: Validator } = await import("../record-validator.ts");
  return new Validator();
}

async function openFile(path: unknown): Promise<Readable> {
  if (typeof path !== "string") return process.stdin;
  const stream = createReadStream(path, { highWaterMark: 1024 * 1024 });
  await new Promise((resolve, reject) => {
    stream.once("open", resolve);
    stream.once("error", (cause) => {
      reject(
        new UserError("E_USAGE", `cannot read the input file ${path}`, {
          cause,
          hint: "check the path after --input",
        }),
      );
    });
  });
  return stream;
}

async function keepState(path: string, text: string): Promise<void> {
  try {
    await writeFile(`${path}.tmp`, `${text}\n`, { flush: true });
    await rename(`${path}.tmp`, path);
  } catch (cause) {
    throw new UserError("E_STATE_FILE", `cannot write the state to ${path}`, {
      cause,
      hint: "check the path after --state-out",
    });
  }
}
