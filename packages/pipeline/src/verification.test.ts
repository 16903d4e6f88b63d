import { expect, test } from "@jest/globals";
import { parseVerification, verificationTable } from "./verification.ts";

const order = {
  stream: "Sales-SalesOrderDetail",
  sourceRows: 121317,
  tableRows: 121317,
  sourceChecksum: "00112233445566778899aabbccddeeff",
  tableChecksum: "00112233445566778899aabbccddeeff",
  version: 3,
  seconds: 1.26,
  match: true,
};

test("the table is aligned, and says match or differs", () => {
  const missing = {
    stream: "dbo-ErrorLog",
    sourceRows: 1,
    sourceChecksum: "ab",
    seconds: 0,
    match: false,
  };

  expect(verificationTable([order, missing])).toBe(
    [
      "stream                  source rows  delta rows  checksum          version  seconds",
      "Sales-SalesOrderDetail      121,317     121,317  0011223344556677        3      1.3  match",
      "dbo-ErrorLog                      1    no table  ab                      -      0.0  differs",
    ].join("\n"),
  );
});

test("a verification is read from the target's line", () => {
  expect(parseVerification(JSON.stringify(order))).toEqual(order);
});

test("any other line is refused", () => {
  expect(() => parseVerification('{"bookmarks":{}}')).toThrow("no verification");
});
