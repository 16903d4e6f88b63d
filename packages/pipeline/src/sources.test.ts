import { describe, expect, test } from "@jest/globals";
import { chooseSources } from "./sources.ts";

const sqlServer = {
  TAP_MSSQL_HOST: "db",
  TAP_MSSQL_USER: "etl",
  TAP_MSSQL_PASSWORD: "x",
  TAP_MSSQL_DATABASE: "AdventureWorks",
};
const api = { API_HOST: "https://api", API_USER: "etl", API_PASSWORD: "x" };

describe("chooseSources", () => {
  test("an empty environment means the samples", () => {
    expect(chooseSources({ PATH: "/bin" })).toEqual({ type: "samples" });
  });

  test("empty variables, as an untouched .env has them, count as not set", () => {
    expect(chooseSources({ TAP_MSSQL_HOST: "", API_HOST: "", DATABRICKS_TOKEN: "" })).toEqual({
      type: "samples",
    });
  });

  test("a configured source alone is the only one that runs", () => {
    expect(chooseSources(sqlServer)).toEqual({ type: "configured", names: ["sqlserver"] });
  });

  test("both configured sources run, SQL Server first", () => {
    expect(chooseSources({ ...api, ...sqlServer })).toEqual({
      type: "configured",
      names: ["sqlserver", "api"],
    });
  });

  test("a half set group names every missing variable, of every group", () => {
    expect(() => chooseSources({ TAP_MSSQL_HOST: "db", API_USER: "etl" })).toThrow(
      "SQL Server and the REST API set in part: missing TAP_MSSQL_USER, TAP_MSSQL_PASSWORD, TAP_MSSQL_DATABASE, API_HOST, API_PASSWORD",
    );
  });

  test("Databricks settings keep the samples away", () => {
    expect(() => chooseSources({ DATABRICKS_HOST: "https://adb", DATABRICKS_TOKEN: "t" })).toThrow(
      "DATABRICKS_* is set, but no source is",
    );
  });
});
