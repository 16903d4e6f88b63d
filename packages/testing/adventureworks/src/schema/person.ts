/** The tables of the schema `Person`, in the notation of definition.ts. */
export const person = `
Person.Address rows 19614 key AddressID
  AddressID int identity
  AddressLine1 nvarchar(60)
  AddressLine2 nvarchar(60) null
  City nvarchar(30)
  StateProvinceID int
  PostalCode nvarchar(15)
  SpatialLocation geography null
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Person.StateProvince by StateProvinceID

Person.AddressType rows 6 key AddressTypeID
  AddressTypeID int identity
  Name nvarchar(50) alias Name
  rowguid uniqueidentifier
  ModifiedDate datetime

Person.BusinessEntity rows 20777 key BusinessEntityID
  BusinessEntityID int identity
  rowguid uniqueidentifier
  ModifiedDate datetime

Person.BusinessEntityAddress rows 19614 key BusinessEntityID, AddressID, AddressTypeID
  BusinessEntityID int
  AddressID int
  AddressTypeID int
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Person.Address by AddressID
  references Person.AddressType by AddressTypeID
  references Person.BusinessEntity by BusinessEntityID

Person.BusinessEntityContact rows 909 key BusinessEntityID, PersonID, ContactTypeID
  BusinessEntityID int
  PersonID int
  ContactTypeID int
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Person.Person by PersonID on BusinessEntityID
  references Person.ContactType by ContactTypeID
  references Person.BusinessEntity by BusinessEntityID

Person.ContactType rows 20 key ContactTypeID
  ContactTypeID int identity
  Name nvarchar(50) alias Name
  ModifiedDate datetime

Person.CountryRegion rows 238 key CountryRegionCode
  CountryRegionCode nvarchar(3)
  Name nvarchar(50) alias Name
  ModifiedDate datetime

Person.EmailAddress rows 19972 key BusinessEntityID, EmailAddressID
  BusinessEntityID int
  EmailAddressID int identity
  EmailAddress nvarchar(50) null
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Person.Person by BusinessEntityID

Person.Password rows 19972 key BusinessEntityID
  BusinessEntityID int
  PasswordHash varchar(128)
  PasswordSalt varchar(10)
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Person.Person by BusinessEntityID

Person.Person rows 19972 key BusinessEntityID
  BusinessEntityID int
  PersonType nchar(2)
  NameStyle bit alias NameStyle
  Title nvarchar(8) null
  FirstName nvarchar(50) alias Name
  MiddleName nvarchar(50) null alias Name
  LastName nvarchar(50) alias Name
  Suffix nvarchar(10) null
  EmailPromotion int
  AdditionalContactInfo xml null
  Demographics xml null
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Person.BusinessEntity by BusinessEntityID

Person.PersonPhone rows 19972 key BusinessEntityID, PhoneNumber, PhoneNumberTypeID
  BusinessEntityID int
  PhoneNumber nvarchar(25) alias Phone
  PhoneNumberTypeID int
  ModifiedDate datetime
  references Person.Person by BusinessEntityID
  references Person.PhoneNumberType by PhoneNumberTypeID

Person.PhoneNumberType rows 3 key PhoneNumberTypeID
  PhoneNumberTypeID int identity
  Name nvarchar(50) alias Name
  ModifiedDate datetime

Person.StateProvince rows 181 key StateProvinceID
  StateProvinceID int identity
  StateProvinceCode nchar(3)
  CountryRegionCode nvarchar(3)
  IsOnlyStateProvinceFlag bit alias Flag
  Name nvarchar(50) alias Name
  TerritoryID int
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Person.CountryRegion by CountryRegionCode
  references Sales.SalesTerritory by TerritoryID
`;
