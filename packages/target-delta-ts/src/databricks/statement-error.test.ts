import { expect, test } from "@jest/globals";
import { statementError } from "./statement-error.ts";

test.each([
  ["[DELTA_CONCURRENT_APPEND] Files were added.", true],
  ["[COPY_INTO_DUPLICATED_FILES_COPY_NOT_ALLOWED] Duplicated files.", true],
  ["[INSUFFICIENT_PERMISSIONS] User does not have CREATE TABLE.", false],
])("%s is told in its own words, also by the driver's StatusError", (message, isPassing) => {
  // The driver throws an object of this shape, which is no Error.
  const failure = statementError({ name: "Status Error", message, code: -1 });

  expect(failure.error.message).toContain(message);
  expect(failure.isPassing).toBe(isPassing);
});
