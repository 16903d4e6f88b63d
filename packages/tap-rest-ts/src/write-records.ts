import type { MessageWriter } from "singer-sdk-ts";
import type { RecordPage } from "./page.ts";

const encoder = new TextEncoder();

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
  const end = encoder.encode(`,"time_extracted":"${page.response.receivedAt.toISOString()}"}\n`);
  const { bytes } = writer;
  let waiting = 0;
  for (let index = 0; index < recordCount; index++) {
    bytes.bytes(start);
    page.copy(index, bytes);
    bytes.bytes(end);
    waiting++;
    if (writer.isFull) {
      writer.written(stream, waiting);
      waiting = 0;
      await writer.flush();
    }
  }
  if (waiting > 0) writer.written(stream, waiting);
}
