import type { Context, Generator } from "./context.ts";
import { date, datetime, ticksPerDay } from "./date.ts";
import { guids } from "./guid.ts";
import { employees, keys, salesPersons } from "./key.ts";
import type { Random } from "./random.ts";
import { at, fill, type SqlValue, sequence, type TableColumns } from "./value.ts";

const departments = [
  ["Engineering", "Research and Development"],
  ["Tool Design", "Research and Development"],
  ["Sales", "Sales and Marketing"],
  ["Marketing", "Sales and Marketing"],
  ["Purchasing", "Inventory Management"],
  ["Research and Development", "Research and Development"],
  ["Production", "Manufacturing"],
  ["Production Control", "Manufacturing"],
  ["Human Resources", "Executive General and Administration"],
  ["Finance", "Executive General and Administration"],
  ["Information Services", "Executive General and Administration"],
  ["Document Control", "Quality Assurance"],
  ["Quality Assurance", "Quality Assurance"],
  ["Facilities and Maintenance", "Executive General and Administration"],
  ["Shipping and Receiving", "Inventory Management"],
  ["Executive", "Executive General and Administration"],
] as const;

const jobTitles = [
  "Production Technician - WC10",
  "Production Technician - WC20",
  "Production Supervisor - WC50",
  "Design Engineer",
  "Buyer",
  "Accountant",
  "Qualitätssicherungsbeauftragte",
  "Chef d'équipe",
] as const;

const salesDepartment = 3;
const ticksPerHour = 36_000_000_000;

/** Employees, where and when they work, what they earn, and who would like to be one. */
export const generateEmployees: Generator = (context) => {
  const ids = keys(employees);
  const hireRandom = context.random("Employee.HireDate");
  const hireDates = ids.map(() => date(2007, 11, 11) + hireRandom.below(1700));
  return {
    "HumanResources.Department": {
      DepartmentID: sequence(departments.length, 1),
      Name: departments.map(([name]) => name),
      GroupName: departments.map(([, group]) => group),
      ModifiedDate: departments.map(() => datetime(2008, 4, 30)),
    },
    "HumanResources.Shift": {
      ShiftID: sequence(3, 1),
      Name: ["Day", "Evening", "Night"],
      StartTime: [7 * ticksPerHour, 15 * ticksPerHour, 23 * ticksPerHour],
      EndTime: [15 * ticksPerHour, 23 * ticksPerHour, 7 * ticksPerHour],
      ModifiedDate: fill(3, () => datetime(2008, 4, 30)),
    },
    "HumanResources.Employee": employeeColumns(context, ids, hireDates),
    "HumanResources.EmployeeDepartmentHistory": departmentColumns(context, ids, hireDates),
    "HumanResources.EmployeePayHistory": payColumns(context, ids),
    "HumanResources.JobCandidate": candidateColumns(context),
  };
};

function employeeColumns(
  context: Context,
  ids: readonly number[],
  hireDates: readonly number[],
): TableColumns {
  const random = context.random("Employee");
  const nodes = organizationNodes(ids.length);
  return {
    BusinessEntityID: ids,
    NationalIDNumber: ids.map((id) => String(100_000_000 + id * 3_081_113)),
    LoginID: ids.map((id) => `adventure-works\\${random.pick(["ken", "josé", "lü", "anna"])}${id}`),
    OrganizationNode: nodes,
    OrganizationLevel: nodes.map((node) => (node === null ? null : levelOf(node))),
    JobTitle: ids.map((id) => jobTitle(id, random)),
    BirthDate: ids.map(() => date(1951, 10, 17) + random.below(14_400)),
    MaritalStatus: ids.map(() => random.pick(["M", "S"])),
    Gender: ids.map(() => random.pick(["M", "F"])),
    HireDate: hireDates,
    SalariedFlag: ids.map(() => random.chance(18)),
    VacationHours: ids.map(() => random.between(-40, 99)),
    SickLeaveHours: ids.map(() => random.between(20, 80)),
    CurrentFlag: ids.map(() => random.chance(99)),
    rowguid: guids(random, ids.length),
    ModifiedDate: ids.map((id) => datetime(2014, 6, 30) + id * 97),
  };
}

function jobTitle(id: number, random: Random): string {
  if (id === employees.first) return "Chief Executive Officer";
  return id >= salesPersons.first ? "Sales Representative" : random.pick(jobTitles);
}

/**
 * Paths of the organization, one per employee: the first employee stands above it and has none, the next six report to
 * no one else, and every other reports to an earlier one.
 */
function organizationNodes(count: number): (string | null)[] {
  const nodes: (string | null)[] = [null];
  for (let index = 1; index < count; index++) {
    if (index <= 6) {
      nodes.push(`/${index}/`);
      continue;
    }
    const parent = 1 + Math.floor((index - 7) / 7);
    nodes.push(`${at(nodes, parent)}${1 + ((index - 7) % 7)}/`);
  }
  return nodes;
}

/** How deep a path is; the root has level 0. */
export function levelOf(path: string): number {
  return path.split("/").length - 2;
}

/** Every employee has a department; six have moved from another one. */
function departmentColumns(
  context: Context,
  ids: readonly number[],
  hireDates: readonly number[],
): TableColumns {
  const random = context.random("EmployeeDepartmentHistory");
  const rowCount = context.rowCount("HumanResources.EmployeeDepartmentHistory");
  const movedCount = rowCount - ids.length;
  const rows = ids.flatMap((id, index) => {
    const start = at(hireDates, index);
    const department =
      id >= salesPersons.first ? salesDepartment : random.between(4, departments.length);
    const shift = random.between(1, 3);
    const hasMoved = id % 40 === 4 && id < 40 * movedCount;
    const moved = start + random.between(200, 900);
    const first = { id, department, shift, start, end: hasMoved ? moved - 1 : null };
    return hasMoved ? [first, { ...first, department: 1, start: moved, end: null }] : [first];
  });
  return {
    BusinessEntityID: rows.map((row) => row.id),
    DepartmentID: rows.map((row) => row.department),
    ShiftID: rows.map((row) => row.shift),
    StartDate: rows.map((row) => row.start),
    EndDate: rows.map((row) => row.end),
    ModifiedDate: rows.map((_, row) => datetime(2009, 1, 13) + (row % 900) * ticksPerDay),
  };
}

/** 13 employees have had two raises. */
function payColumns(context: Context, ids: readonly number[]): TableColumns {
  const random = context.random("EmployeePayHistory");
  const rows = ids.flatMap((id) => {
    const start = datetime(2009, 1, 14) + random.below(1400) * ticksPerDay;
    const rate = random.between(65_000, 635_000);
    const rateCount = id % 22 === 3 && id < 22 * 13 ? 3 : 1;
    return fill(rateCount, (change) => change).map((change) => ({
      id,
      changed: start + change * 500 * ticksPerDay,
      rate: Math.floor((rate * (100 + 4 * change)) / 100),
    }));
  });
  return {
    BusinessEntityID: rows.map((row) => row.id),
    RateChangeDate: rows.map((row) => row.changed),
    Rate: rows.map((row) => BigInt(row.rate)),
    PayFrequency: rows.map(() => random.between(1, 2)),
    ModifiedDate: rows.map((row) => row.changed),
  };
}

function candidateColumns(context: Context): TableColumns {
  const rowCount = context.rowCount("HumanResources.JobCandidate");
  const names = [
    "Shai Bassli",
    "Stéphane Jimenez",
    "Thierry D'Hers",
    "王小龙",
    "Ольга Щербакова",
  ] as const;
  return {
    JobCandidateID: sequence(rowCount, 1),
    BusinessEntityID: fill(rowCount, (row) => (row % 6 === 3 ? 212 + row : null)),
    Resume: fill(rowCount, (row) =>
      row === rowCount - 1 ? null : resume(at(names, row % names.length), row),
    ),
    ModifiedDate: fill(rowCount, (row) => datetime(2007, 6, 23) + row * 7_777_777),
  };
}

function resume(name: string, row: number): SqlValue {
  const school = row % 2 === 0 ? "École supérieure d'ingénieurs" : "Universität Tübingen";
  return (
    '<ns:Resume xmlns:ns="http://schemas.microsoft.com/sqlserver/2004/07/adventure-works/Resume">' +
    `<ns:Name>${name}</ns:Name><ns:Skills>${"Zuverlässig, pünktlich &amp; gründlich. ".repeat(1 + row * 15)}</ns:Skills>` +
    `<ns:Education><ns:Edu.School>${school}</ns:Edu.School></ns:Education></ns:Resume>`
  );
}
