/** The tables of the schema `HumanResources`, in the notation of definition.ts. */
export const humanResources = `
HumanResources.Department rows 16 key DepartmentID
  DepartmentID smallint identity
  Name nvarchar(50) alias Name
  GroupName nvarchar(50) alias Name
  ModifiedDate datetime

HumanResources.Employee rows 290 key BusinessEntityID
  BusinessEntityID int
  NationalIDNumber nvarchar(15)
  LoginID nvarchar(256)
  OrganizationNode hierarchyid null
  OrganizationLevel smallint null as OrganizationNode.GetLevel()
  JobTitle nvarchar(50)
  BirthDate date
  MaritalStatus nchar(1)
  Gender nchar(1)
  HireDate date
  SalariedFlag bit alias Flag
  VacationHours smallint
  SickLeaveHours smallint
  CurrentFlag bit alias Flag
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Person.Person by BusinessEntityID

HumanResources.EmployeeDepartmentHistory rows 296 key BusinessEntityID, StartDate, DepartmentID, ShiftID
  BusinessEntityID int
  DepartmentID smallint
  ShiftID tinyint
  StartDate date
  EndDate date null
  ModifiedDate datetime
  references HumanResources.Department by DepartmentID
  references HumanResources.Employee by BusinessEntityID
  references HumanResources.Shift by ShiftID

HumanResources.EmployeePayHistory rows 316 key BusinessEntityID, RateChangeDate
  BusinessEntityID int
  RateChangeDate datetime
  Rate money
  PayFrequency tinyint
  ModifiedDate datetime
  references HumanResources.Employee by BusinessEntityID

HumanResources.JobCandidate rows 13 key JobCandidateID
  JobCandidateID int identity
  BusinessEntityID int null
  Resume xml null
  ModifiedDate datetime
  references HumanResources.Employee by BusinessEntityID

HumanResources.Shift rows 3 key ShiftID
  ShiftID tinyint identity
  Name nvarchar(50) alias Name
  StartTime time(7)
  EndTime time(7)
  ModifiedDate datetime
`;
