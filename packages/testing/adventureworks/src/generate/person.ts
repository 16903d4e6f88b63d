import type { Context, Generator } from "./context.ts";
import { datetime, ticksPerDay, timeOfDay } from "./date.ts";
import { guids } from "./guid.ts";
import {
  employees,
  generalContacts,
  individuals,
  keys,
  salesPersons,
  storeContacts,
  storeOfContact,
  vendorContacts,
  vendors,
} from "./key.ts";
import type { Random } from "./random.ts";
import { at, fill, type SqlValue, sequence, type TableColumns } from "./value.ts";
import { firstNames, lastNames } from "./words/person.ts";

/** BusinessEntityID of every person, ascending. */
export const personIds: readonly number[] = [
  employees,
  storeContacts,
  vendorContacts,
  individuals,
  generalContacts,
].flatMap(keys);

const contactTypes = [
  "Accounting Manager",
  "Assistant Sales Agent",
  "Assistant Sales Representative",
  "Coordinator Foreign Markets",
  "Export Administrator",
  "International Marketing Manager",
  "Marketing Assistant",
  "Marketing Manager",
  "Marketing Representative",
  "Order Administrator",
  "Owner",
  "Owner/Marketing Assistant",
  "Product Manager",
  "Purchasing Agent",
  "Purchasing Manager",
  "Regional Account Representative",
  "Sales Agent",
  "Sales Associate",
  "Sales Manager",
  "Sales Representative",
] as const;

const phoneNumberTypes = ["Cell", "Home", "Work"] as const;
const reviewed = datetime(2008, 4, 30);

/** People, what reaches them, and whom they speak for. */
export const generatePersons: Generator = (context) => ({
  "Person.BusinessEntity": businessEntityColumns(context),
  "Person.BusinessEntityContact": contactColumns(context),
  "Person.ContactType": {
    ContactTypeID: sequence(contactTypes.length, 1),
    Name: contactTypes,
    ModifiedDate: contactTypes.map(() => reviewed),
  },
  "Person.PhoneNumberType": {
    PhoneNumberTypeID: sequence(phoneNumberTypes.length, 1),
    Name: phoneNumberTypes,
    ModifiedDate: phoneNumberTypes.map(
      (_, row) => datetime(2017, 12, 13) + timeOfDay(13, 19, 22, 82 + row),
    ),
  },
  "Person.Person": personColumns(context),
  "Person.PersonPhone": phoneColumns(context),
});

function businessEntityColumns(context: Context): TableColumns {
  const rowCount = context.rowCount("Person.BusinessEntity");
  return {
    BusinessEntityID: sequence(rowCount, 1),
    rowguid: guids(context.random("BusinessEntity.rowguid"), rowCount),
    ModifiedDate: fill(
      rowCount,
      (row) => datetime(2017, 12, 13) + timeOfDay(13, 20, 24) + ((row * 7) % 900),
    ),
  };
}

/** Each store and vendor has a contact; the first few have a second one. */
function contactColumns(context: Context): TableColumns {
  const random = context.random("BusinessEntityContact");
  const contacts = [
    ...keys(vendorContacts).map((person) => ({
      entity: vendors.first + ((person - vendorContacts.first) % vendors.count),
      person,
    })),
    ...keys(storeContacts).map((person) => ({ entity: storeOfContact(person), person })),
  ].toSorted((left, right) => left.entity - right.entity || left.person - right.person);
  return {
    BusinessEntityID: contacts.map((contact) => contact.entity),
    PersonID: contacts.map((contact) => contact.person),
    ContactTypeID: contacts.map(() => random.between(1, contactTypes.length)),
    rowguid: guids(random, contacts.length),
    ModifiedDate: contacts.map(
      (_, row) => datetime(2017, 12, 13) + timeOfDay(13, 21, 2, row % 300),
    ),
  };
}

function personColumns(context: Context): TableColumns {
  const rowCount = personIds.length;
  const random = (name: string) => context.random(`Person.${name}`);
  const nameRandom = random("Name");
  const otherRandom = random("other");
  return {
    BusinessEntityID: personIds,
    PersonType: personIds.map(personType),
    NameStyle: fill(rowCount, () => false),
    Title: fill(rowCount, () =>
      otherRandom.chance(5) ? otherRandom.pick(["Mr.", "Ms.", "Señora", "Sr."]) : null,
    ),
    FirstName: fill(rowCount, () => nameRandom.pick(firstNames)),
    MiddleName: fill(rowCount, () =>
      otherRandom.chance(57) ? otherRandom.pick(["J", "A", "L.", "Éva", "Ø", "Ж", "王"]) : null,
    ),
    LastName: fill(rowCount, () => nameRandom.pick(lastNames)),
    Suffix: fill(rowCount, () =>
      otherRandom.below(375) === 0 ? otherRandom.pick(["Jr.", "PhD", "III"]) : null,
    ),
    EmailPromotion: fill(rowCount, () => otherRandom.pick([0, 0, 0, 1, 1, 2])),
    AdditionalContactInfo: fill(rowCount, (row) =>
      row % 1997 === 290 ? contactInfo(otherRandom) : null,
    ),
    Demographics: demographics(random("Demographics")),
    rowguid: guids(random("rowguid"), rowCount),
    ModifiedDate: fill(rowCount, (row) => datetime(2007, 12, 4) + (row % 2400) * ticksPerDay),
  };
}

function personType(id: number): string {
  if (id >= generalContacts.first) return "GC";
  if (id >= individuals.first) return "IN";
  if (id >= vendorContacts.first) return "VC";
  if (id >= storeContacts.first) return "SC";
  return id >= salesPersons.first ? "SP" : "EM";
}

const schemas = "http://schemas.microsoft.com/sqlserver/2004/07/adventure-works";

function contactInfo(random: Random): string {
  return (
    `<AdditionalContactInfo xmlns="${schemas}/ContactInfo" xmlns:act="${schemas}/ContactTypes">` +
    `Erreichbar über <act:telephoneNumber><act:number>206-555-${random.between(1000, 9999)}</act:number>` +
    "</act:telephoneNumber> &amp; after 5 &lt;pm&gt; – 電話ください 📞</AdditionalContactInfo>"
  );
}

/** What an individual answered in a survey; other people were not asked. */
function demographics(random: Random): SqlValue[] {
  return personIds.map((id) => {
    if (id < individuals.first) return null;
    if (id >= generalContacts.first) {
      return `<IndividualSurvey xmlns="${schemas}/IndividualSurvey"><TotalPurchaseYTD>0</TotalPurchaseYTD></IndividualSurvey>`;
    }
    const children = random.below(6);
    return (
      `<IndividualSurvey xmlns="${schemas}/IndividualSurvey">` +
      `<TotalPurchaseYTD>${random.below(9000)}.${random.between(10, 99)}</TotalPurchaseYTD>` +
      `<DateFirstPurchase>20${random.between(11, 13)}-0${random.between(1, 9)}-${random.between(10, 28)}Z</DateFirstPurchase>` +
      `<BirthDate>19${random.between(45, 89)}-0${random.between(1, 9)}-${random.between(10, 28)}Z</BirthDate>` +
      `<MaritalStatus>${random.pick(["M", "S"])}</MaritalStatus>` +
      `<YearlyIncome>${random.pick(["0-25000", "25001-50000", "50001-75000", "greater than 100000"])}</YearlyIncome>` +
      `<Gender>${random.pick(["M", "F"])}</Gender><TotalChildren>${children}</TotalChildren>` +
      `<NumberChildrenAtHome>${random.below(children + 1)}</NumberChildrenAtHome>` +
      `<Education>${random.pick(["Bachelors ", "Partial College", "Graduate Degree", "High School"])}</Education>` +
      `<Occupation>${random.pick(["Professional", "Skilled Manual", "Clerical", "Management"])}</Occupation>` +
      `<HomeOwnerFlag>${random.below(2)}</HomeOwnerFlag><NumberCarsOwned>${random.below(5)}</NumberCarsOwned>` +
      "</IndividualSurvey>"
    );
  });
}

function phoneColumns(context: Context): TableColumns {
  const random = context.random("PersonPhone");
  return {
    BusinessEntityID: personIds,
    PhoneNumber: personIds.map(() => {
      const local = `555-01${random.between(10, 99)}`;
      return random.chance(30)
        ? `1 (11) ${random.between(100, 999)} ${local}`
        : `${random.between(200, 999)}-${local}`;
    }),
    PhoneNumberTypeID: personIds.map(() => random.between(1, phoneNumberTypes.length)),
    ModifiedDate: personIds.map(
      (_, row) => datetime(2009, 1, 7) + (at(personIds, row) % 2000) * ticksPerDay,
    ),
  };
}
