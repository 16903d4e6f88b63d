import { aggregateNames } from "./aggregate-name.ts";
import { type BindContext, type Bound, combine, constant, type SessionHistory } from "./bound.ts";
import { catalogFunctions } from "./catalog-function.ts";
import { SqlError } from "./error.ts";
import { lsnOf } from "./history.ts";
import type { Call, Expression } from "./syntax-tree.ts";
import {
  bigintType,
  datetimeType,
  makeType,
  nvarchar,
  sysnameType,
  uniqueidentifierType,
} from "./type.ts";
import { bindValueFunction } from "./value-function.ts";

/** Binds a built-in function; `undefined` when there is none of that name. */
export function bindFunction(
  call: Call,
  context: BindContext,
  bindArgument: (argument: Expression) => Bound,
): Bound | undefined {
  if (aggregateNames.has(call.name)) {
    throw new SqlError(
      147,
      "An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a HAVING clause or a select list, and the column being aggregated is an outer reference.",
      { class: 15 },
    );
  }
  if (call.isStar || call.isDistinct) return undefined;
  const session = bindSessionFunction(call, context);
  if (session !== undefined) return session;
  const dated = bindDatePart(call, bindArgument);
  if (dated !== undefined) return dated;
  const bound = call.arguments.map(bindArgument);
  const lookup = catalogFunctions[call.name];
  if (lookup !== undefined) {
    return combine(bound, {
      type: lookup.type,
      nullable: true,
      evaluate: (frame) =>
        lookup.call(
          context.facts,
          bound.map((argument) => argument.evaluate(frame)),
        ),
    });
  }
  return bindValueFunction(call.name, bound);
}

/** Functions without arguments that tell of the session or the time. */
function bindSessionFunction(call: Call, { facts }: BindContext): Bound | undefined {
  if (call.arguments.length > 0) return undefined;
  const { history } = facts;
  switch (call.name) {
    case "GETDATE":
    case "GETUTCDATE":
      return constant(datetimeType, Math.round(((facts.now.getTime() - epoch1900) * 3) / 10));
    case "SYSDATETIME":
    case "SYSUTCDATETIME":
      return constant(makeType("datetime2", { scale: 7 }), ticksOf(facts.now));
    case "SYSDATETIMEOFFSET":
      return constant(makeType("datetimeoffset", { scale: 7 }), {
        ticks: ticksOf(facts.now),
        offsetMinutes: 0,
      });
    case "DB_NAME":
      return constant(sysnameType, facts.database);
    case "DB_ID":
      return constant(makeType("smallint"), facts.databases.indexOf(facts.database) + 1);
    case "SUSER_SNAME":
    case "SUSER_NAME":
    case "ORIGINAL_LOGIN":
      return constant(sysnameType, facts.user);
    case "USER_NAME":
    case "SCHEMA_NAME":
      return constant(sysnameType, "dbo");
    case "HOST_NAME":
      return constant(sysnameType, "localhost");
    case "APP_NAME":
    case "PROGRAM_NAME":
      return constant(nvarchar(128), "");
    case "ROWCOUNT_BIG":
      return constant(bigintType, BigInt(facts.rowCount));
    case "XACT_STATE":
      return constant(makeType("smallint"), facts.transactionDepth > 0 ? 1 : 0);
    case "CHANGE_TRACKING_CURRENT_VERSION":
      return constant(bigintType, history === undefined ? null : BigInt(history.version));
    case "FN_CDC_GET_MAX_LSN":
      return constant(lsnType, history === undefined ? null : lsnOf(history.version));
    case "MIN_ACTIVE_ROWVERSION":
      return constant(makeType("binary", { length: 8 }), rowVersionBytes(history));
    case "NEWID":
      return {
        ...constant(uniqueidentifierType, null),
        evaluate: () => crypto.randomUUID().toUpperCase(),
      };
    default:
      return undefined;
  }
}

const epoch1900 = Date.UTC(1900, 0, 1);
const lsnType = makeType("binary", { length: 10 });

function rowVersionBytes(history: SessionHistory | undefined): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(history?.rowVersionMin ?? 2001n);
  return bytes;
}

function ticksOf(now: Date): bigint {
  return BigInt(now.getTime()) * 10_000n + 621_355_968_000_000_000n;
}

/** DATEPART and its short forms, whose first argument is a word. */
function bindDatePart(
  call: Call,
  bindArgument: (argument: Expression) => Bound,
): Bound | undefined {
  const short = { YEAR: "year", MONTH: "month", DAY: "day" }[call.name];
  const [first, second] = call.arguments;
  if (short !== undefined && first !== undefined && call.arguments.length === 1)
    return bindValueFunction("DATEPART", [constant(nvarchar(20), short), bindArgument(first)]);
  if (!wordFunctions.has(call.name) || first?.type !== "column" || second === undefined)
    return undefined;
  const word = constant(nvarchar(20), (first.parts[0] ?? "").toLowerCase());
  return bindValueFunction(call.name, [word, ...call.arguments.slice(1).map(bindArgument)]);
}

const wordFunctions: ReadonlySet<string> = new Set(["DATEPART", "DATEADD", "DATEDIFF"]);
