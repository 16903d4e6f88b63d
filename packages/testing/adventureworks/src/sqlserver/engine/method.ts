import { type Bound, combine } from "./bound.ts";
import { SqlError } from "./error.ts";
import { encodeGeography, wgs84 } from "./geography.ts";
import { hierarchyLevel } from "./hierarchy-id.ts";
import { floatType, intType, makeType, nvarchar, smallintType, type Type } from "./type.ts";
import { textOf, type Value } from "./value.ts";

interface Method {
  readonly type: Type;
  readonly call: (value: Value) => Value;
}

const textMethods: Readonly<Record<string, Method>> = {
  ToString: { type: nvarchar(-1), call: (value) => value },
  STAsText: { type: nvarchar(-1), call: (value) => value },
};

/** Methods and properties of the CLR types; their names count case. */
const methods: Readonly<Record<string, Readonly<Record<string, Method>>>> = {
  geometry: textMethods,
  hierarchyid: {
    ToString: { type: nvarchar(4000), call: (value) => value },
    GetLevel: { type: smallintType, call: (value) => hierarchyLevel(textOf(value)) },
  },
  geography: {
    ...textMethods,
    STAsBinary: { type: makeType("varbinary", { length: -1 }), call: wellKnownBinary },
    STSrid: { type: intType, call: () => wgs84 },
    Lat: { type: floatType, call: (value) => encodeGeography(textOf(value)).readDoubleLE(6) },
    Long: { type: floatType, call: (value) => encodeGeography(textOf(value)).readDoubleLE(14) },
    STGeometryType: { type: nvarchar(4000), call: () => "Point" },
  },
};

/** Binds `value.Method()` or `value.Property`; throws 258 or 6506. */
export function bindMethod(name: string, operand: Bound): Bound {
  const ofType = methods[operand.type.name];
  if (ofType === undefined)
    throw new SqlError(258, `Cannot call methods on ${operand.type.name}.`, { class: 15 });
  const method = Object.hasOwn(ofType, name) ? ofType[name] : undefined;
  if (method === undefined)
    throw new SqlError(
      6506,
      `Could not find method '${name}' for type '${operand.type.name}' in assembly 'Microsoft.SqlServer.Types'`,
      { state: 10 },
    );
  return combine([operand], {
    type: method.type,
    nullable: true,
    evaluate: (frame) => {
      const value = operand.evaluate(frame);
      return value === null ? null : method.call(value);
    },
  });
}

/** OGC well-known binary of a point, little-endian. */
function wellKnownBinary(value: Value): Value {
  const stored = encodeGeography(textOf(value));
  const bytes = Buffer.alloc(21);
  bytes.writeUInt8(1, 0);
  bytes.writeUInt32LE(1, 1);
  stored.copy(bytes, 5, 14, 22);
  stored.copy(bytes, 13, 6, 14);
  return bytes;
}
