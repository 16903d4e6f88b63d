/** @type {import("jest").Config} */
export default {
  rootDir: "..",
  testMatch: ["<rootDir>/packages/**/src/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: { "\\.ts$": "<rootDir>/.config/scripts/strip-types.mjs" },
  testEnvironmentOptions: { customExportConditions: ["source", "node", "node-addons"] },
  modulePathIgnorePatterns: ["<rootDir>/\\.interop/"],
  testTimeout: 60_000,
  maxWorkers: 2,
  reporters: [
    "default",
    "<rootDir>/.config/scripts/summary-reporter.mjs",
    // `pnpm features` rewrites docs/features.md from a whole run.
    ...(process.env.FEATURES ? ["<rootDir>/.config/scripts/features-reporter.mjs"] : []),
  ],
};
