import { expect, test } from "@jest/globals";

import { encodeHierarchyId, hierarchyLevel } from "./hierarchy-id.ts";

test.each([
  ["/", ""],
  ["/0/", "48"],
  ["/1/", "58"],
  ["/2/", "68"],
  ["/3/", "78"],
  ["/4/", "84"],
  ["/1/1/", "5ac0"],
  ["/1.1/", "62c0"],
  ["/98/", "e02540"],
])("%s is stored as %s", (path, expected) => {
  expect(encodeHierarchyId(path).toString("hex")).toBe(expected);
});

test("the level counts the path's labels", () => {
  expect([hierarchyLevel("/"), hierarchyLevel("/1/"), hierarchyLevel("/1/2.3/4/")]).toEqual([
    0, 1, 3,
  ]);
});
