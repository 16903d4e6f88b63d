import { isUtf8 } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { UserError } from "singer-sdk-ts";
import type { HttpResponse } from "../request.ts";

/** The largest body that is unpacked: a small file that grows without end is refused. */
const unpackedBytesMax = 1024 ** 3;

/** The body as text: unpacked when it is a gzip file, in the charset of its content type, without a byte order mark. */
export function bodyText(response: HttpResponse): string {
  const body = unzipped(response.body);
  const charset =
    /charset="?([\w-]+)/iu.exec(response.headers["content-type"] ?? "")?.[1]?.toLowerCase() ??
    "utf-8";
  if (charset === "utf-8" && !isUtf8(body))
    throw new UserError("E_RESPONSE", "the answer is not UTF-8, though it says so");
  try {
    return new TextDecoder(charset).decode(body);
  } catch (cause) {
    throw new UserError("E_RESPONSE", `the answer is in the charset ${charset}, which is unknown`, {
      cause,
    });
  }
}

/** The body, unpacked when it is a gzip file (RFC 1952) or a zip archive: some APIs serve files without saying so. */
export function unzipped(body: Buffer): Buffer {
  if (body[0] === 0x1f && body[1] === 0x8b) return gunzipped(body);
  // The local file header of a zip archive: APPNOTE.TXT, section 4.3.7.
  return body.length > 4 && body.readUInt32LE(0) === 0x04034b50 ? unarchived(body) : body;
}

function gunzipped(body: Buffer): Buffer {
  try {
    return gunzipSync(body, { maxOutputLength: unpackedBytesMax });
  } catch (cause) {
    throw new UserError("E_RESPONSE", "the answer is a gzip file that can't be unpacked", {
      cause,
    });
  }
}

/** The only file of a zip archive. */
function unarchived(body: Buffer): Buffer {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(body, {
      filter: ({ name, originalSize }) => !name.endsWith("/") && originalSize <= unpackedBytesMax,
    });
  } catch (cause) {
    throw new UserError("E_RESPONSE", "the answer is a zip archive that can't be unpacked", {
      cause,
    });
  }
  const [only, ...others] = Object.values(files);
  if (only !== undefined && others.length === 0) return Buffer.from(only);
  throw new UserError(
    "E_RESPONSE",
    `the answer is a zip archive of ${Object.keys(files).length} files instead of one`,
  );
}
