/** The tables of the schema `Production`, in the notation of definition.ts. */
export const production = `
Production.BillOfMaterials rows 2679 key BillOfMaterialsID
  BillOfMaterialsID int identity
  ProductAssemblyID int null
  ComponentID int
  StartDate datetime
  EndDate datetime null
  UnitMeasureCode nchar(3)
  BOMLevel smallint
  PerAssemblyQty decimal(8,2)
  ModifiedDate datetime
  references Production.Product by ProductAssemblyID on ProductID
  references Production.Product by ComponentID on ProductID
  references Production.UnitMeasure by UnitMeasureCode

Production.Culture rows 8 key CultureID
  CultureID nchar(6)
  Name nvarchar(50) alias Name
  ModifiedDate datetime

Production.Document rows 13 key DocumentNode
  DocumentNode hierarchyid
  DocumentLevel smallint null as DocumentNode.GetLevel()
  Title nvarchar(50)
  Owner int
  FolderFlag bit
  FileName nvarchar(400)
  FileExtension nvarchar(8)
  Revision nchar(5)
  ChangeNumber int
  Status tinyint
  DocumentSummary nvarchar(max) null
  Document varbinary(max) null
  rowguid uniqueidentifier
  ModifiedDate datetime
  references HumanResources.Employee by Owner on BusinessEntityID

Production.Illustration rows 5 key IllustrationID
  IllustrationID int identity
  Diagram xml null
  ModifiedDate datetime

Production.Location rows 14 key LocationID
  LocationID smallint identity
  Name nvarchar(50) alias Name
  CostRate smallmoney
  Availability decimal(8,2)
  ModifiedDate datetime

Production.Product rows 504 key ProductID
  ProductID int identity
  Name nvarchar(50) alias Name
  ProductNumber nvarchar(25)
  MakeFlag bit alias Flag
  FinishedGoodsFlag bit alias Flag
  Color nvarchar(15) null
  SafetyStockLevel smallint
  ReorderPoint smallint
  StandardCost money
  ListPrice money
  Size nvarchar(5) null
  SizeUnitMeasureCode nchar(3) null
  WeightUnitMeasureCode nchar(3) null
  Weight decimal(8,2) null
  DaysToManufacture int
  ProductLine nchar(2) null
  Class nchar(2) null
  Style nchar(2) null
  ProductSubcategoryID int null
  ProductModelID int null
  SellStartDate datetime
  SellEndDate datetime null
  DiscontinuedDate datetime null
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Production.UnitMeasure by SizeUnitMeasureCode on UnitMeasureCode
  references Production.UnitMeasure by WeightUnitMeasureCode on UnitMeasureCode
  references Production.ProductModel by ProductModelID
  references Production.ProductSubcategory by ProductSubcategoryID

Production.ProductCategory rows 4 key ProductCategoryID
  ProductCategoryID int identity
  Name nvarchar(50) alias Name
  rowguid uniqueidentifier
  ModifiedDate datetime

Production.ProductCostHistory rows 395 key ProductID, StartDate
  ProductID int
  StartDate datetime
  EndDate datetime null
  StandardCost money
  ModifiedDate datetime
  references Production.Product by ProductID

Production.ProductDescription rows 762 key ProductDescriptionID
  ProductDescriptionID int identity
  Description nvarchar(400)
  rowguid uniqueidentifier
  ModifiedDate datetime

Production.ProductDocument rows 32 key ProductID, DocumentNode
  ProductID int
  DocumentNode hierarchyid
  ModifiedDate datetime
  references Production.Product by ProductID
  references Production.Document by DocumentNode

Production.ProductInventory rows 1069 key ProductID, LocationID
  ProductID int
  LocationID smallint
  Shelf nvarchar(10)
  Bin tinyint
  Quantity smallint
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Production.Location by LocationID
  references Production.Product by ProductID

Production.ProductListPriceHistory rows 395 key ProductID, StartDate
  ProductID int
  StartDate datetime
  EndDate datetime null
  ListPrice money
  ModifiedDate datetime
  references Production.Product by ProductID

Production.ProductModel rows 128 key ProductModelID
  ProductModelID int identity
  Name nvarchar(50) alias Name
  CatalogDescription xml null
  Instructions xml null
  rowguid uniqueidentifier
  ModifiedDate datetime

Production.ProductModelIllustration rows 7 key ProductModelID, IllustrationID
  ProductModelID int
  IllustrationID int
  ModifiedDate datetime
  references Production.ProductModel by ProductModelID
  references Production.Illustration by IllustrationID

Production.ProductModelProductDescriptionCulture rows 762 key ProductModelID, ProductDescriptionID, CultureID
  ProductModelID int
  ProductDescriptionID int
  CultureID nchar(6)
  ModifiedDate datetime
  references Production.ProductDescription by ProductDescriptionID
  references Production.Culture by CultureID
  references Production.ProductModel by ProductModelID

Production.ProductPhoto rows 101 key ProductPhotoID
  ProductPhotoID int identity
  ThumbNailPhoto varbinary(max) null
  ThumbnailPhotoFileName nvarchar(50) null
  LargePhoto varbinary(max) null
  LargePhotoFileName nvarchar(50) null
  ModifiedDate datetime

Production.ProductProductPhoto rows 504 key ProductID, ProductPhotoID
  ProductID int
  ProductPhotoID int
  Primary bit alias Flag
  ModifiedDate datetime
  references Production.Product by ProductID
  references Production.ProductPhoto by ProductPhotoID

Production.ProductReview rows 4 key ProductReviewID
  ProductReviewID int identity
  ProductID int
  ReviewerName nvarchar(50) alias Name
  ReviewDate datetime
  EmailAddress nvarchar(50)
  Rating int
  Comments nvarchar(3850) null
  ModifiedDate datetime
  references Production.Product by ProductID

Production.ProductSubcategory rows 37 key ProductSubcategoryID
  ProductSubcategoryID int identity
  ProductCategoryID int
  Name nvarchar(50) alias Name
  rowguid uniqueidentifier
  ModifiedDate datetime
  references Production.ProductCategory by ProductCategoryID

Production.ScrapReason rows 16 key ScrapReasonID
  ScrapReasonID smallint identity
  Name nvarchar(50) alias Name
  ModifiedDate datetime

Production.TransactionHistory rows 113443 key TransactionID
  TransactionID int identity
  ProductID int
  ReferenceOrderID int
  ReferenceOrderLineID int
  TransactionDate datetime
  TransactionType nchar(1)
  Quantity int
  ActualCost money
  ModifiedDate datetime
  references Production.Product by ProductID

Production.TransactionHistoryArchive rows 89253 key TransactionID
  TransactionID int
  ProductID int
  ReferenceOrderID int
  ReferenceOrderLineID int
  TransactionDate datetime
  TransactionType nchar(1)
  Quantity int
  ActualCost money
  ModifiedDate datetime

Production.UnitMeasure rows 38 key UnitMeasureCode
  UnitMeasureCode nchar(3)
  Name nvarchar(50) alias Name
  ModifiedDate datetime

Production.WorkOrder rows 72591 key WorkOrderID
  WorkOrderID int identity
  ProductID int
  OrderQty int
  StockedQty int as ISNULL([OrderQty] - [ScrappedQty], 0)
  ScrappedQty smallint
  StartDate datetime
  EndDate datetime null
  DueDate datetime
  ScrapReasonID smallint null
  ModifiedDate datetime
  references Production.Product by ProductID
  references Production.ScrapReason by ScrapReasonID

Production.WorkOrderRouting rows 67131 key WorkOrderID, ProductID, OperationSequence
  WorkOrderID int
  ProductID int
  OperationSequence smallint
  LocationID smallint
  ScheduledStartDate datetime
  ScheduledEndDate datetime
  ActualStartDate datetime null
  ActualEndDate datetime null
  ActualResourceHrs decimal(9,4) null
  PlannedCost money
  ActualCost money null
  ModifiedDate datetime
  references Production.Location by LocationID
  references Production.WorkOrder by WorkOrderID
`;
