import type { MessageWriter } from "singer-sdk-ts";
import type { RecordPage } from "./page.ts";

/** The pages whose bytes wait in memory are at most this; the writer says when it is full. */
const encoder = new TextEncoder();
const messageEnd = encoder.encode("}\n");

/**
 * Writes all records of a page as RECORD lines, the records' bytes as they came: no value is parsed or formatted.
 * Waits for the pipe whenever the writer is full.
 */
export async function writePage(
  writer: MessageWriter,
  stream: string,
  page: RecordPage,
  recordCount = page.recordCount,
): Promise<void> {
  const start = encoder.encode(`{"type":"RECORD","stream":${JSON.stringify(stream)},"record":`);
  const end = encoder.encode(`,"time_extracted":"${page.response.receivedAt.toISOString()}"`);
  const { bytes } = writer;
  let waiting = 0;
  for (let index = 0; index < recordCount; index++) {
    bytes.bytes(start);
    bytes.bytes(page.bytes(index));
    bytes.bytes(end);
    bytes.bytes(messageEnd);
    waiting++;
    if (writer.isFull) {
      writer.written(stream, waiting);
      waiting = 0;
      await writer.flush();
    }
  }
  if (waiting > 0) writer.written(stream, waiting);
}
