import { array, map, schemaOf, TestTable } from "./table.mjs";

const FIRST_MICROS = -62_135_596_800_000_000n;
const LAST_MICROS = 253_402_300_799_999_999n;

/** Every Delta type at its smallest, its largest, null and something usual; nested three deep; empty lists and maps. */
export async function typesTable(folder) {
  const table = new TestTable(folder, "types", {
    t_byte: "byte",
    t_short: "short",
    t_int: "integer",
    t_long: "long",
    t_float: "float",
    t_double: "double",
    t_bool: "boolean",
    t_string: "string",
    t_binary: "binary",
    t_date: "date",
    t_timestamp: "timestamp",
    d1: "decimal(1,0)",
    d9: "decimal(9,2)",
    d18: "decimal(18,18)",
    d38: "decimal(38,10)",
    nested: schemaOf({ a: array(schemaOf({ m: map("timestamp") })), d: "decimal(20,3)" }),
    list: array("long"),
    pairs: map("double"),
  });
  const rows = [smallest(), largest(), {}, usual()];
  await table.append(rows);
  return table.expect(rows);
}

function smallest() {
  return {
    t_byte: -128,
    t_short: -32_768,
    t_int: -2_147_483_648,
    t_long: -(2n ** 63n),
    t_float: -3.402_823_466_385_288_6e38,
    t_double: -Number.MAX_VALUE,
    t_bool: false,
    t_string: "",
    t_binary: Buffer.alloc(0),
    t_date: -719_162,
    t_timestamp: FIRST_MICROS,
    d1: -9n,
    d9: -999_999_999n,
    d18: -999_999_999_999_999_999n,
    d38: -(10n ** 38n) + 1n,
    nested: { a: [], d: null },
    list: [],
    pairs: {},
  };
}

function largest() {
  return {
    t_byte: 127,
    t_short: 32_767,
    t_int: 2_147_483_647,
    t_long: 2n ** 63n - 1n,
    t_float: 3.402_823_466_385_288_6e38,
    t_double: Number.MIN_VALUE,
    t_bool: true,
    t_string: "😀\u{10ffff}\ue000é\u0001\n\"\\",
    t_binary: Buffer.from([0, 255, 128]),
    t_date: 2_932_896,
    t_timestamp: LAST_MICROS,
    d1: 9n,
    d9: 999_999_999n,
    d18: 999_999_999_999_999_999n,
    d38: 10n ** 38n - 1n,
    nested: { a: [{ m: { k: LAST_MICROS, z: null } }, null, { m: {} }], d: 12_345n },
    list: [1n, null, -1n],
    pairs: { a: 0.1, b: null },
  };
}

/** Days around the calendar change of 1582, where old Spark files are rebased and new ones are not. */
function usual() {
  return {
    t_byte: 1,
    t_short: 2,
    t_int: 3,
    t_long: 2n ** 53n + 1n,
    t_float: 0.5,
    t_double: 0.1,
    t_bool: true,
    t_string: "text",
    t_binary: Buffer.from("bytes"),
    t_date: -141_428,
    t_timestamp: -12_219_292_800_000_001n,
    d1: 0n,
    d9: 150n,
    d18: 1n,
    d38: 12_345_678_901_234_567_890n,
    nested: { a: null, d: 0n },
    list: null,
    pairs: null,
  };
}
