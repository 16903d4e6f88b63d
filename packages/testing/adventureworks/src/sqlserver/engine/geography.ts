/** The spatial reference of all generated points: WGS 84. */
export const wgs84 = 4326;
const version = 1;
/** V (valid) and P (single point) of the properties byte. */
const validSinglePoint = 0x0c;

/**
 * The stored bytes of a WKT point, `POINT (longitude latitude)`; throws on other shapes.
 * Source: MS-SSCLRT 2.1.1 (latitude comes first).
 */
export function encodeGeography(wellKnownText: string): Buffer {
  const match = /^POINT \((\S+) (\S+)\)$/.exec(wellKnownText);
  if (match === null) throw new Error(`not a point: ${wellKnownText}`);
  const [, longitude, latitude] = match;
  const bytes = Buffer.alloc(22);
  bytes.writeInt32LE(wgs84, 0);
  bytes.writeUInt8(version, 4);
  bytes.writeUInt8(validSinglePoint, 5);
  bytes.writeDoubleLE(Number(latitude), 6);
  bytes.writeDoubleLE(Number(longitude), 14);
  return bytes;
}
