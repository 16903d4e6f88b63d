import { type Bound, constant, type SessionFacts } from "./bound.ts";
import { undeclaredVariable } from "./error.ts";
import { intType, nvarchar, smallintType } from "./type.ts";

/** Binds a variable whose name starts with `@@`. */
export function globalVariable(name: string, facts: SessionFacts): Bound {
  switch (name.toUpperCase()) {
    case "@@VERSION":
      return constant(nvarchar(300), versionText(facts.productVersion));
    case "@@SERVERNAME":
    case "@@SERVICENAME":
      return constant(nvarchar(128), facts.serverName);
    case "@@SPID":
      return constant(smallintType, facts.spid);
    case "@@TRANCOUNT":
      return constant(intType, facts.transactionDepth);
    case "@@ROWCOUNT":
      return constant(intType, facts.rowCount);
    case "@@ERROR":
      return constant(intType, 0);
    case "@@LANGUAGE":
      return constant(nvarchar(128), "us_english");
    case "@@DATEFIRST":
      return constant(intType, 7);
    case "@@MAX_PRECISION":
      return constant(intType, 38);
    default:
      throw undeclaredVariable(name);
  }
}

function versionText(productVersion: string): string {
  return `Microsoft SQL Server 2022 (RTM) - ${productVersion} (X64) \n\tAdventureWorks sample server: a double on the TDS wire, not Microsoft's`;
}
