import type { Context, Generator } from "./context.ts";
import { datetime, ticksPerDay, timeOfDay } from "./date.ts";
import { guids } from "./guid.ts";
import { creditCardOf } from "./key.ts";
import { personIds } from "./person.ts";
import type { Random } from "./random.ts";
import { fill, sequence, type TableColumns } from "./value.ts";

/** E-mail addresses, passwords and credit cards of people. */
export const generateAccounts: Generator = (context) => {
  const holders = personIds.flatMap((person) => {
    const card = creditCardOf(person);
    return card === undefined ? [] : [{ person, card }];
  });
  return {
    "Person.EmailAddress": emailColumns(context),
    "Person.Password": passwordColumns(context),
    "Sales.CreditCard": creditCardColumns(context),
    "Sales.PersonCreditCard": {
      BusinessEntityID: holders.map((holder) => holder.person),
      CreditCardID: holders.map((holder) => holder.card),
      ModifiedDate: holders.map((_, row) => datetime(2011, 5, 31) + (row % 1100) * ticksPerDay),
    },
  };
};

function emailColumns(context: Context): TableColumns {
  const random = context.random("EmailAddress");
  return {
    BusinessEntityID: personIds,
    EmailAddressID: sequence(personIds.length, 1),
    EmailAddress: personIds.map((id) =>
      random.below(500) === 0
        ? null
        : `${random.pick(["josé", "li", "anna", "ken", "zoë"])}${id}@adventure-works.com`,
    ),
    rowguid: guids(random, personIds.length),
    ModifiedDate: personIds.map((id) => datetime(2009, 1, 7) + (id % 2000) * ticksPerDay),
  };
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function passwordColumns(context: Context): TableColumns {
  const random = context.random("Password");
  return {
    BusinessEntityID: personIds,
    PasswordHash: personIds.map(() => base64(random, 43)),
    PasswordSalt: personIds.map(() => base64(random, 7)),
    rowguid: guids(random, personIds.length),
    ModifiedDate: personIds.map((id) => datetime(2009, 1, 7) + (id % 2000) * ticksPerDay),
  };
}

/** Random digits and the padding that base64 of their length has. */
function base64(random: Random, digitCount: number): string {
  let text = "";
  for (let bits = 0, index = 0; index < digitCount; index++) {
    if (index % 5 === 0) bits = random.next();
    text += base64Digits[bits & 63];
    bits >>>= 6;
  }
  return `${text}=`;
}

function creditCardColumns(context: Context): TableColumns {
  const random = context.random("CreditCard");
  const rowCount = context.rowCount("Sales.CreditCard");
  const prefixes = {
    Vista: "1111",
    SuperiorCard: "3333",
    Distinguish: "5555",
    ColonialVoice: "7777",
  } as const;
  const types = fill(rowCount, () =>
    random.pick(["Vista", "SuperiorCard", "Distinguish", "ColonialVoice"] as const),
  );
  return {
    CreditCardID: sequence(rowCount, 1),
    CardType: types,
    // The row makes the number unique.
    CardNumber: types.map(
      (type, row) =>
        `${prefixes[type]}${String(row).padStart(5, "0")}${random.between(10_000, 99_999)}`,
    ),
    ExpMonth: fill(rowCount, () => random.between(1, 12)),
    ExpYear: fill(rowCount, () => random.between(2005, 2008)),
    ModifiedDate: fill(
      rowCount,
      (row) => datetime(2013, 7, 29) + (row % 300) * ticksPerDay + timeOfDay(0, 0, 0, row % 3),
    ),
  };
}
