/** The tables of the schema `Sales`, in the notation of definition.ts. */
export const sales = `
Sales.CountryRegionCurrency rows 109 key CountryRegionCode, CurrencyCode
  CountryRegionCode nvarchar(3)
  CurrencyCode nchar(3)
  ModifiedDate datetime
  references Person.CountryRegion by CountryRegionCode
  references Sales.Currency by CurrencyCode

Sales.CreditCard rows 19118 key CreditCardID
  CreditCardID int identity
  CardType nvarchar(50)
  CardNumber nvarchar(25)
  ExpMonth tinyint
  ExpYear smallint
  ModifiedDate datetime

Sales.Currency rows 105 key CurrencyCode
  CurrencyCode nchar(3)
  Name nvarchar(50) alias Name
  ModifiedDate datetime

Sales.CurrencyRate rows 13532 key CurrencyRateID
  CurrencyRateID int identity
  CurrencyRateDate datetime
  FromCurrencyCode nchar(3)
  ToCurrencyCode nchar(3)
  AverageRate money
  EndOfDayRate money
  ModifiedDate datetime
  references Sales.Currency by FromCurrencyCode on CurrencyCode
  references Sales.Currency by ToCurrencyCode on CurrencyCode

Sales.Customer rows 19820 key CustomerID
  CustomerID int identity
  PersonID int null
  StoreID int null
  TerritoryID int null
  AccountNumber varchar(10) as ISNULL('AW' + [dbo].[ufnLeadingZeros](CustomerID), '')
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Person.Person by PersonID on BusinessEntityID
  references Sales.Store by StoreID on BusinessEntityID
  references Sales.SalesTerritory by TerritoryID

Sales.PersonCreditCard rows 19118 key BusinessEntityID, CreditCardID
  BusinessEntityID int
  CreditCardID int
  ModifiedDate datetime
  references Person.Person by BusinessEntityID
  references Sales.CreditCard by CreditCardID

Sales.SalesOrderDetail rows 121317 key SalesOrderID, SalesOrderDetailID
  SalesOrderID int
  SalesOrderDetailID int identity
  CarrierTrackingNumber nvarchar(25) null
  OrderQty smallint
  ProductID int
  SpecialOfferID int
  UnitPrice money
  UnitPriceDiscount money
  LineTotal numeric(38,6) as ISNULL([UnitPrice] * (1.0 - [UnitPriceDiscount]) * [OrderQty], 0.0)
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Sales.SalesOrderHeader by SalesOrderID
  references Sales.SpecialOfferProduct by SpecialOfferID, ProductID

Sales.SalesOrderHeader rows 31465 key SalesOrderID
  SalesOrderID int identity
  RevisionNumber tinyint
  OrderDate datetime
  DueDate datetime
  ShipDate datetime null
  Status tinyint
  OnlineOrderFlag bit alias Flag
  SalesOrderNumber nvarchar(25) as ISNULL(N'SO' + CONVERT(nvarchar(23), [SalesOrderID]), N'*** ERROR ***')
  PurchaseOrderNumber nvarchar(25) null alias OrderNumber
  AccountNumber nvarchar(15) null alias AccountNumber
  CustomerID int
  SalesPersonID int null
  TerritoryID int null
  BillToAddressID int
  ShipToAddressID int
  ShipMethodID int
  CreditCardID int null
  CreditCardApprovalCode varchar(15) null
  CurrencyRateID int null
  SubTotal money
  TaxAmt money
  Freight money
  TotalDue money as ISNULL([SubTotal] + [TaxAmt] + [Freight], 0)
  Comment nvarchar(128) null
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Person.Address by BillToAddressID on AddressID
  references Person.Address by ShipToAddressID on AddressID
  references Sales.CreditCard by CreditCardID
  references Sales.CurrencyRate by CurrencyRateID
  references Sales.Customer by CustomerID
  references Sales.SalesPerson by SalesPersonID on BusinessEntityID
  references Purchasing.ShipMethod by ShipMethodID
  references Sales.SalesTerritory by TerritoryID

Sales.SalesOrderHeaderSalesReason rows 27647 key SalesOrderID, SalesReasonID
  SalesOrderID int
  SalesReasonID int
  ModifiedDate datetime
  references Sales.SalesReason by SalesReasonID
  references Sales.SalesOrderHeader by SalesOrderID

Sales.SalesPerson rows 17 key BusinessEntityID
  BusinessEntityID int
  TerritoryID int null
  SalesQuota money null
  Bonus money
  CommissionPct smallmoney
  SalesYTD money
  SalesLastYear money
  rowguid uniqueidentifier
  ModifiedDate datetime
  references HumanResources.Employee by BusinessEntityID
  references Sales.SalesTerritory by TerritoryID

Sales.SalesPersonQuotaHistory rows 163 key BusinessEntityID, QuotaDate
  BusinessEntityID int
  QuotaDate datetime
  SalesQuota money
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Sales.SalesPerson by BusinessEntityID

Sales.SalesReason rows 10 key SalesReasonID
  SalesReasonID int identity
  Name nvarchar(50) alias Name
  ReasonType nvarchar(50) alias Name
  ModifiedDate datetime

Sales.SalesTaxRate rows 29 key SalesTaxRateID
  SalesTaxRateID int identity
  StateProvinceID int
  TaxType tinyint
  TaxRate smallmoney
  Name nvarchar(50) alias Name
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Person.StateProvince by StateProvinceID

Sales.SalesTerritory rows 10 key TerritoryID
  TerritoryID int identity
  Name nvarchar(50) alias Name
  CountryRegionCode nvarchar(3)
  Group nvarchar(50)
  SalesYTD money
  SalesLastYear money
  CostYTD money
  CostLastYear money
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Person.CountryRegion by CountryRegionCode

Sales.SalesTerritoryHistory rows 17 key BusinessEntityID, StartDate, TerritoryID
  BusinessEntityID int
  TerritoryID int
  StartDate datetime
  EndDate datetime null
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Sales.SalesPerson by BusinessEntityID
  references Sales.SalesTerritory by TerritoryID

Sales.ShoppingCartItem rows 3 key ShoppingCartItemID
  ShoppingCartItemID int identity
  ShoppingCartID nvarchar(50)
  Quantity int
  ProductID int
  DateCreated datetime
  ModifiedDate datetime
  references Production.Product by ProductID

Sales.SpecialOffer rows 16 key SpecialOfferID
  SpecialOfferID int identity
  Description nvarchar(255)
  DiscountPct smallmoney
  Type nvarchar(50)
  Category nvarchar(50)
  StartDate datetime
  EndDate datetime
  MinQty int
  MaxQty int null
  rowguid uniqueidentifier
  ModifiedDate datetime

Sales.SpecialOfferProduct rows 538 key SpecialOfferID, ProductID
  SpecialOfferID int
  ProductID int
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Production.Product by ProductID
  references Sales.SpecialOffer by SpecialOfferID

Sales.Store rows 701 key BusinessEntityID
  BusinessEntityID int
  Name nvarchar(50) alias Name
  SalesPersonID int null
  Demographics xml null
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Person.BusinessEntity by BusinessEntityID
  references Sales.SalesPerson by SalesPersonID on BusinessEntityID
`;
