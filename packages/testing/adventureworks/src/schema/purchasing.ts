/** The tables of the schema `Purchasing`, in the notation of definition.ts. */
export const purchasing = `
Purchasing.ProductVendor rows 460 key ProductID, BusinessEntityID
  ProductID int
  BusinessEntityID int
  AverageLeadTime int
  StandardPrice money
  LastReceiptCost money null
  LastReceiptDate datetime null
  MinOrderQty int
  MaxOrderQty int
  OnOrderQty int null
  UnitMeasureCode nchar(3)
  ModifiedDate datetime
  references Production.Product by ProductID
  references Production.UnitMeasure by UnitMeasureCode
  references Purchasing.Vendor by BusinessEntityID

Purchasing.PurchaseOrderDetail rows 8845 key PurchaseOrderID, PurchaseOrderDetailID
  PurchaseOrderID int
  PurchaseOrderDetailID int identity
  DueDate datetime
  OrderQty smallint
  ProductID int
  UnitPrice money
  LineTotal money as ISNULL([OrderQty] * [UnitPrice], 0.00)
  ReceivedQty decimal(8,2)
  RejectedQty decimal(8,2)
  StockedQty decimal(9,2) as ISNULL([ReceivedQty] - [RejectedQty], 0.00)
  ModifiedDate datetime
  references Production.Product by ProductID
  references Purchasing.PurchaseOrderHeader by PurchaseOrderID

Purchasing.PurchaseOrderHeader rows 4012 key PurchaseOrderID
  PurchaseOrderID int identity
  RevisionNumber tinyint
  Status tinyint
  EmployeeID int
  VendorID int
  ShipMethodID int
  OrderDate datetime
  ShipDate datetime null
  SubTotal money
  TaxAmt money
  Freight money
  TotalDue money persisted as ISNULL([SubTotal] + [TaxAmt] + [Freight], 0)
  ModifiedDate datetime
  references HumanResources.Employee by EmployeeID on BusinessEntityID
  references Purchasing.Vendor by VendorID on BusinessEntityID
  references Purchasing.ShipMethod by ShipMethodID

Purchasing.ShipMethod rows 5 key ShipMethodID
  ShipMethodID int identity
  Name nvarchar(50) alias Name
  ShipBase money
  ShipRate money
  rowguid uniqueidentifier
  ModifiedDate datetime

Purchasing.Vendor rows 104 key BusinessEntityID
  BusinessEntityID int
  AccountNumber nvarchar(15) alias AccountNumber
  Name nvarchar(50) alias Name
  CreditRating tinyint
  PreferredVendorStatus bit alias Flag
  ActiveFlag bit alias Flag
  PurchasingWebServiceURL nvarchar(1024) null
  ModifiedDate datetime
  references Person.BusinessEntity by BusinessEntityID
`;
