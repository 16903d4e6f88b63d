/** Cookies of the portable Roaring format (RoaringFormatSpec): without and with run containers. */
const COOKIE_PLAIN = 12_346;
const COOKIE_RUNS = 12_347;
/** Up to this many values a container is a sorted array, above it a bitmap. */
const ARRAY_SIZE_MAX = 4096;
/** With fewer containers and runs there is no offset header. */
const NO_OFFSET_THRESHOLD = 4;
const BITMAP_BYTES = 8192;

/** Magic number of Delta's 64-bit bitmap array (PROTOCOL.md, "Deletion Vector Format"). */
const BITMAP_ARRAY_MAGIC = 1_681_511_377;

/** Reads a 64-bit bitmap array and calls `visit` for each row number in it. */
export function visitBitmapArray(bytes: Uint8Array, visit: (row: number) => void): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getInt32(0, true) !== BITMAP_ARRAY_MAGIC) {
    throw new Error("the deletion vector does not start with its magic number");
  }
  const bucketCount = Number(view.getBigInt64(4, true));
  let position = 12;
  for (let bucket = 0; bucket < bucketCount; bucket += 1) {
    const high = view.getUint32(position, true) * 2 ** 32;
    position = visitBitmap(view, position + 4, (low) => visit(high + low));
  }
}

/** Reads one 32-bit bitmap at `start` and returns where it ends. */
function visitBitmap(view: DataView, start: number, visit: (value: number) => void): number {
  const cookie = view.getUint32(start, true);
  const hasRuns = (cookie & 0xff_ff) === COOKIE_RUNS;
  if (!hasRuns && cookie !== COOKIE_PLAIN)
    throw new Error("the deletion vector is no Roaring bitmap");
  const count = hasRuns ? (cookie >>> 16) + 1 : view.getUint32(start + 4, true);
  let position = start + (hasRuns ? 4 : 8);
  const runFlags = position;
  if (hasRuns) position += (count + 7) >> 3;
  const headers = position;
  position += count * 4;
  if (!hasRuns || count >= NO_OFFSET_THRESHOLD) position += count * 4;
  for (let index = 0; index < count; index += 1) {
    const high = view.getUint16(headers + index * 4, true) << 16;
    const size = view.getUint16(headers + index * 4 + 2, true) + 1;
    const isRun = hasRuns && ((view.getUint8(runFlags + (index >> 3)) >> (index & 7)) & 1) === 1;
    const base = high >>> 0;
    if (isRun) position = visitRuns(view, position, base, visit);
    else if (size <= ARRAY_SIZE_MAX) position = visitArray(view, position, { base, size }, visit);
    else position = visitBits(view, position, base, visit);
  }
  return position;
}

function visitRuns(
  view: DataView,
  start: number,
  base: number,
  visit: (value: number) => void,
): number {
  const runCount = view.getUint16(start, true);
  for (let run = 0; run < runCount; run += 1) {
    const first = view.getUint16(start + 2 + run * 4, true);
    const length = view.getUint16(start + 4 + run * 4, true);
    for (let value = first; value <= first + length; value += 1) visit(base + value);
  }
  return start + 2 + runCount * 4;
}

function visitArray(
  view: DataView,
  start: number,
  container: { base: number; size: number },
  visit: (value: number) => void,
): number {
  for (let index = 0; index < container.size; index += 1) {
    visit(container.base + view.getUint16(start + index * 2, true));
  }
  return start + container.size * 2;
}

function visitBits(
  view: DataView,
  start: number,
  base: number,
  visit: (value: number) => void,
): number {
  for (let byte = 0; byte < BITMAP_BYTES; byte += 1) {
    const bits = view.getUint8(start + byte);
    for (let bit = 0; bit < 8; bit += 1)
      if (((bits >> bit) & 1) === 1) visit(base + byte * 8 + bit);
  }
  return start + BITMAP_BYTES;
}

/** Writes row numbers, ascending and below 2^32, as a 64-bit bitmap array. */
export function encodeBitmapArray(rows: Uint32Array): Uint8Array {
  const containers = splitContainers(rows);
  const headerBytes = 8 + containers.length * 8;
  const sizeBytes = containers.reduce((sum, low) => sum + containerBytes(low), headerBytes);
  const bytes = new Uint8Array(16 + sizeBytes);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, BITMAP_ARRAY_MAGIC, true);
  // One bucket: no data file has 2^32 rows.
  view.setBigInt64(4, 1n, true);
  view.setUint32(12, 0, true);
  view.setUint32(16, COOKIE_PLAIN, true);
  view.setUint32(20, containers.length, true);
  let position = 16 + headerBytes;
  for (const [index, low] of containers.entries()) {
    view.setUint16(24 + index * 4, (low[0] ?? 0) >>> 16, true);
    view.setUint16(26 + index * 4, low.length - 1, true);
    // Offsets count from the cookie.
    view.setUint32(24 + containers.length * 4 + index * 4, position - 16, true);
    writeContainer(view, position, low);
    position += containerBytes(low);
  }
  return bytes;
}

/** Row numbers with the same high 16 bits lie together. */
function splitContainers(rows: Uint32Array): Uint32Array[] {
  const containers: Uint32Array[] = [];
  let start = 0;
  for (let index = 1; index <= rows.length; index += 1) {
    const isSame = index < rows.length && (rows[index] ?? 0) >>> 16 === (rows[start] ?? 0) >>> 16;
    if (isSame) continue;
    containers.push(rows.subarray(start, index));
    start = index;
  }
  return containers;
}

function containerBytes(rows: Uint32Array): number {
  return rows.length <= ARRAY_SIZE_MAX ? rows.length * 2 : BITMAP_BYTES;
}

function writeContainer(view: DataView, start: number, rows: Uint32Array): void {
  for (let index = 0; index < rows.length; index += 1) {
    const low = (rows[index] ?? 0) & 0xff_ff;
    if (rows.length <= ARRAY_SIZE_MAX) view.setUint16(start + index * 2, low, true);
    else {
      const place = start + (low >>> 3);
      view.setUint8(place, view.getUint8(place) | (1 << (low & 7)));
    }
  }
}
