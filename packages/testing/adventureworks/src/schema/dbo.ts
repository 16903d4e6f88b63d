/** The tables of the schema `dbo`, in the notation of definition.ts. */
export const dbo = `
dbo.AWBuildVersion rows 1 key SystemInformationID
  SystemInformationID tinyint identity
  VersionDate datetime
  ModifiedDate datetime

dbo.DatabaseLog rows 1597 key DatabaseLogID
  DatabaseLogID int identity
  PostTime datetime
  DatabaseUser nvarchar(128) alias sysname
  Event nvarchar(128) alias sysname
  Schema nvarchar(128) null alias sysname
  Object nvarchar(128) null alias sysname
  TSQL nvarchar(max)
  XmlEvent xml

dbo.ErrorLog rows 3 key ErrorLogID
  ErrorLogID int identity
  ErrorTime datetime
  UserName nvarchar(128) alias sysname
  ErrorNumber int
  ErrorSeverity int null
  ErrorState int null
  ErrorProcedure nvarchar(126) null
  ErrorLine int null
  ErrorMessage nvarchar(4000)
`;
